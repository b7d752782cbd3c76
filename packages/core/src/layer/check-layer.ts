import type { Bytes } from '../bytes.ts';
import type { ImportManifest } from '../import-manifest.ts';

/** Something about a layer that is not as its manifest says. */
export interface LayerFinding {
  /** For scripts; `path` is the import's. */
  readonly kind: 'layer' | 'head' | 'segment' | 'end';
  readonly path?: string;
  readonly message: string;
}

/**
 * Holds a layer's bytes against its manifest: digest, size, diffID, every member, every block inside, and that its encoder writes these very bytes.
 * @throws MANIFEST_INVALID for a manifest without a layer's recipe
 */
export async function checkLayer(
  _manifest: ImportManifest,
  _layer: Bytes,
  _signal?: AbortSignal,
): Promise<readonly LayerFinding[]> {
  throw new Error('not yet');
}
