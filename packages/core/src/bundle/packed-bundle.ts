import { gunzipSync } from 'node:zlib';
import { type Bytes, bytesOf, collect, type RandomAccess, randomAccessOf } from '../bytes.ts';
import { writeCanonicalTar } from '../canonical-tar.ts';
import { gzipMember } from '../layer/gzip-member.ts';
import { encodeTarHeader, padding, tarBlockSize } from '../tar-header.ts';
import type { FileEntry } from '../tree.ts';
import { bundleInvalid } from './bundle-document.ts';

/**
 * Bytes of a tar up to which a bundle is packed. Of its contents nothing shrinks, but headers, padding and documents do, which are some 6 kB: of a longer
 * tar that is not worth the time to pack it, which a reader does again.
 */
const tarLimit = 1 << 22;

/** The files of a bundle as one: their canonical tar as a gzip member, which what reads tars reads as well; a long one as it is. */
export function packBundle(files: readonly FileEntry[]): Bytes {
  const tar = writeCanonicalTar(files);
  return tarSizeOf(files) <= tarLimit ? packed(tar) : tar;
}

function tarSizeOf(files: readonly FileEntry[]): number {
  const sizes = files.map((file) => encodeTarHeader(file).length + file.size + padding(file.size));
  return sizes.reduce((sum, size) => sum + size, 2 * tarBlockSize);
}

function packed(tar: Bytes): Bytes {
  return gzipMember(tar, 'gzip-6');
}

/**
 * The tar of a bundle, whether it is packed or as it is. There is one way to pack it, so that whoever changes a bit of that is found here.
 * @param name of the bundle, for messages
 * @throws BUNDLE_INVALID
 */
export async function unpackBundle(source: RandomAccess, name: string): Promise<RandomAccess> {
  if (!(await isPacked(source))) return source;
  if (source.size > packedLimit) throw bundleInvalid(name, `it is packed, and has ${source.size} bytes`);
  const bytes = await source.read(0, source.size);
  const tar = unpacked(bytes, name);
  const again = await collect(packed(bytesOf(tar)), packedLimit, name);
  if (Buffer.compare(again, bytes) !== 0) throw bundleInvalid(name, 'it is packed in another way');
  return randomAccessOf(tar);
}

/** What does not shrink becomes five bytes longer in some ten thousand. */
const packedLimit = tarLimit + (tarLimit >> 8);

/** No tar begins so: a path of the layout stands there. */
async function isPacked(source: RandomAccess): Promise<boolean> {
  const [first, second] = await source.read(0, Math.min(2, source.size));
  return first === 0x1f && second === 0x8b;
}

function unpacked(bytes: Uint8Array, name: string): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: tarLimit });
  } catch (cause) {
    throw bundleInvalid(name, 'it cannot be unpacked', cause);
  }
}
