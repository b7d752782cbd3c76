/**
 * How block-pack marks what it made, on descriptors of layers and manifests. Tools may drop annotations: what they say can be found without
 * them, from the names of the files in the imports layer.
 */
export const imageAnnotations = {
  /** On a derived layer: the name of its import manifest. On the imports layer: the names of all it holds, parted by commas. */
  imports: 'dev.block-pack.imports',
  /** On the imports layer: `imports`. */
  layer: 'dev.block-pack.layer',
  /** On a native manifest and on what leads to it: `native`. */
  form: 'dev.block-pack.form',
  /** On what leads to the artifact that keeps the blocks of a native image: `blocks`. */
  artifact: 'dev.block-pack.artifact',
  /** On a native index: `manifest` where the standard form of it is one manifest without an index. */
  root: 'dev.block-pack.root',
} as const;
