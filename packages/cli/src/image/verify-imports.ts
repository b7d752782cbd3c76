import {
  blockDescriptors,
  type Digest,
  type ImportsFile,
  type LayerRecipe,
  layerRecipe,
  type OpenedImage,
} from '@block-pack/core';
import type { VerificationRecord } from './verification.ts';

/** The layer that each import manifest explains. */
export type ExplainedLayers = ReadonlyMap<ImportsFile, Pick<LayerRecipe, 'layer' | 'diffId'>>;

/** Read once, and no more of it kept: the recipes of a hostile image are large. @throws MANIFEST_INVALID, INPUT_UNSUPPORTED */
export function explainedLayers({ imports }: OpenedImage): ExplainedLayers {
  const explained = new Map<ImportsFile, Pick<LayerRecipe, 'layer' | 'diffId'>>();
  for (const file of imports.flatMap(({ files }) => files)) {
    const recipe = layerRecipe(file.manifest);
    if (recipe !== undefined) explained.set(file, { layer: recipe.layer, diffId: recipe.diffId });
  }
  return explained;
}

/** Of one name, the upper manifest hides the lower one from whoever looks into the image's files. */
export function verifyNames({ imports, manifest }: OpenedImage, record: VerificationRecord): void {
  const seen = new Set<string>();
  for (const { layer, files } of imports) {
    const digest = manifest.layers[layer]?.digest;
    for (const { name } of files) {
      if (digest !== undefined && seen.has(name))
        record.find({ digest, imports: name, message: 'stands in more than one layer of imports' });
      seen.add(name);
    }
  }
}

/** A native image names its blocks beside its layers, and they are no other than the imports'. */
export function verifyBlockNames(
  digest: Digest,
  { manifest, imports }: OpenedImage,
  record: VerificationRecord,
): void {
  const named = new Set(manifest.blocks?.map((one) => one.digest));
  const lacking = blockDescriptors(imports.flatMap(({ files }) => files)).filter(
    (one) => !named.has(one.digest),
  );
  for (const one of lacking)
    record.find({ digest, message: `does not name the block ${one.digest}, which its imports need` });
}

/** Every manifest of a standard image explains a layer, to the byte. */
export function verifyDescribed(
  digest: Digest,
  { manifest: { layers }, config, imports }: OpenedImage,
  explained: ExplainedLayers,
  record: VerificationRecord,
): void {
  for (const file of imports.flatMap(({ files }) => files)) {
    const recipe = explained.get(file);
    if (layers.some((layer) => layer.digest === recipe?.layer.digest)) continue;
    const repacked = recipe && layers[config.rootfs.diff_ids.indexOf(recipe.diffId)];
    const message =
      repacked === undefined
        ? `describes ${recipe?.layer.digest ?? 'no layer'}, which is not in the image`
        : `describes ${recipe?.layer.digest}, which another tool has compressed anew as ${repacked.digest}: copy it with --preserve-digests`;
    record.find({ digest, imports: file.name, message });
  }
}
