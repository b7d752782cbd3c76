import type { Descriptor } from './blob.ts';
import { digestOf } from './digest.ts';
import { type Import, importKind, importManifestMediaType, importSize } from './import-manifest.ts';

/** The artifact type of {@link encodeImportsArtifact}. */
export const importsArtifactType = 'application/vnd.dev.block-pack.imports.v1+json';

export const imageManifestMediaType = 'application/vnd.oci.image.manifest.v1+json';

export const blockMediaTypes = {
  file: 'application/vnd.dev.block-pack.block.file.v1',
  tree: 'application/vnd.dev.block-pack.block.tree.v1.tar',
} as const;

/** The empty config of an artifact. @see https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidance-for-an-empty-descriptor */
export const emptyConfig = {
  bytes: new TextEncoder().encode('{}'),
  mediaType: 'application/vnd.oci.empty.v1+json',
} as const;

/**
 * An OCI artifact whose first layer is the import manifest and whose other layers are its blocks, each once and in the manifest's order. So every tool that
 * knows OCI manifests keeps and copies the blocks.
 * @returns the manifest's canonical JSON bytes
 */
export function encodeImportsArtifact(
  manifest: Descriptor,
  packer: string,
  imports: readonly Import[],
): Uint8Array {
  const blocks = new Map(imports.map((line) => [line.digest, blockDescriptor(line)]));
  const document = {
    schemaVersion: 2,
    mediaType: imageManifestMediaType,
    artifactType: importsArtifactType,
    config: {
      mediaType: emptyConfig.mediaType,
      digest: digestOf(emptyConfig.bytes),
      size: emptyConfig.bytes.length,
    },
    layers: [
      { mediaType: importManifestMediaType, digest: manifest.digest, size: manifest.size },
      ...blocks.values(),
    ],
    annotations: { 'dev.block-pack.packer': packer },
  };
  return new TextEncoder().encode(JSON.stringify(document));
}

function blockDescriptor(line: Import): object {
  const size = importSize(line);
  if (size === undefined) throw new Error(`the import of ${line.path} does not say its size`);
  return { mediaType: blockMediaTypes[importKind(line)], digest: line.digest, size };
}
