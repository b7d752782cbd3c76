import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { documentLimit } from '../image/json-document.ts';
import {
  type BundleDocument,
  bundleInvalid,
  encodeBundleDocument,
  parseBundleDocument,
} from './bundle-document.ts';

/** The list of a bundle as it travels: one brotli stream. Digests halve, and the rest nearly vanishes. */
export function packBundleList(bundle: BundleDocument): Uint8Array {
  const list = encodeBundleDocument(bundle);
  const params = {
    // The best quality takes seconds for the longest lists.
    [constants.BROTLI_PARAM_QUALITY]: list.length <= 1 << 20 ? 11 : 9,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_SIZE_HINT]: list.length,
  };
  return new Uint8Array(brotliCompressSync(list, { params }));
}

/**
 * @param name of the bundle, for messages
 * @throws BUNDLE_INVALID where it is not a list and nothing else, or is written in another way; and what {@link parseBundleDocument} throws
 */
export function unpackBundleList(packed: Uint8Array, name: string): BundleDocument {
  const bytes = unpacked(packed, name);
  const bundle = parseBundleDocument(bytes, name);
  if (Buffer.compare(encodeBundleDocument(bundle), bytes) !== 0)
    throw bundleInvalid(name, 'its list is written in another way');
  return bundle;
}

function unpacked(packed: Uint8Array, name: string): Uint8Array {
  try {
    // With `info` it says as well how many bytes it has used: what follows a stream it passes over.
    const options = { maxOutputLength: documentLimit, info: true };
    const { buffer, engine }: Unpacked = Object(brotliDecompressSync(packed, options));
    if (engine.bytesWritten === packed.length) return buffer;
  } catch (cause) {
    throw bundleInvalid(name, 'its list cannot be unpacked', cause);
  }
  throw bundleInvalid(name, 'its list has bytes behind its end');
}

interface Unpacked {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}
