import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** Where an import's bytes lie in a layer, and what they are, by what the import manifest in the image says. */
export interface Segment {
  /** Path and block of the import: `<path> from <digest>`. */
  readonly block: string;
  /** The whole line of the manifest. */
  readonly line: string;
  readonly length: number;
  readonly sha256: string;
}

/**
 * @param manifest text of an `.import.<name>` file as it stands in an image
 * @param layout the image layout that holds the layer
 */
export function segmentsOf(manifest: string, layout: string): readonly Segment[] {
  const [, digest = '', size, head] = /^#layer sha256:(\S+) size=(\d+) .*\bhead=(\d+)/m.exec(manifest) ?? [];
  const layer = join(layout, 'blobs/sha256', digest);
  const file = openSync(layer, 'r');
  try {
    let offset = Number(head);
    const segments = manifest.split('\n').flatMap((text) => {
      const [, block = '', packed] = /^(.+ from sha256:\S+) .*\bpacked=(\d+)/.exec(text) ?? [];
      if (packed === undefined) return [];
      const bytes = Buffer.alloc(Number(packed));
      readSync(file, bytes, 0, bytes.length, offset);
      offset += bytes.length;
      return { block, line: text, length: bytes.length, sha256: sha256(bytes) };
    });
    if (offset > Number(size)) throw new Error(`segments of ${offset} bytes in a layer of ${size}`);
    return segments;
  } finally {
    closeSync(file);
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Digest of what a tag of an image layout leads to. */
export function digestInLayout(layout: string, tag: string): string {
  const { manifests } = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8'));
  const found = manifests.find(
    (one: { readonly annotations?: Record<string, string> }) =>
      one.annotations?.['org.opencontainers.image.ref.name'] === tag,
  );
  return found?.digest ?? `no tag ${tag} in ${layout}`;
}
