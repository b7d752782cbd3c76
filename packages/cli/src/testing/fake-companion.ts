import { createHash } from 'node:crypto';
import type { Workplace } from './workplace.ts';

/** How a companion is found by whoever has the image. */
export interface FakeCompanion {
  /** A tag of its own in the layout, such as cosign's. */
  readonly tag?: string;
  /** The digest that its manifest names as its subject. */
  readonly subject?: string;
  /** Leaves its layer out of the layout. */
  readonly withoutLayer?: boolean;
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/** Cosign's name for the signature of an image. */
export function signatureTag(digest: string, kind = 'sig'): string {
  return `${digest.replace(':', '-')}.${kind}`;
}

/**
 * Puts what looks like a signature by cosign beside the images of a layout: by tag with a config as images have it, by subject with the empty config.
 * @returns its digest
 */
export function addCompanion(
  work: Workplace,
  directory: string,
  text: string,
  { tag, subject, withoutLayer = false }: FakeCompanion,
): string {
  const put = (content: string) => {
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    const write = !(withoutLayer && content === text);
    if (write) work.write(`${directory}/blobs/sha256/${digest.slice(7)}`, content);
    return { digest, size: Buffer.byteLength(content) };
  };
  const sizeOf = (digest: string) =>
    Buffer.byteLength(work.read(`${directory}/blobs/sha256/${digest.slice(7)}`));
  const layer = put(text);
  const rootfs = { type: 'layers', diff_ids: [layer.digest] };
  const config =
    subject === undefined
      ? {
          mediaType: 'application/vnd.oci.image.config.v1+json',
          ...put(JSON.stringify({ architecture: '', os: '', rootfs })),
        }
      : { mediaType: 'application/vnd.oci.empty.v1+json', ...put('{}') };
  const artifactType = subject === undefined ? {} : { artifactType: 'application/vnd.dev.sigstore.bundle' };
  const manifest = put(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      ...artifactType,
      config,
      layers: [{ mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json', ...layer }],
      ...(subject !== undefined && {
        subject: { mediaType: manifestType, digest: subject, size: sizeOf(subject) },
      }),
    }),
  );
  const annotations = tag === undefined ? {} : { annotations: { 'org.opencontainers.image.ref.name': tag } };
  const index = JSON.parse(work.read(`${directory}/index.json`));
  index.manifests.push({ mediaType: manifestType, ...artifactType, ...manifest, ...annotations });
  work.write(`${directory}/index.json`, JSON.stringify(index));
  return manifest.digest;
}
