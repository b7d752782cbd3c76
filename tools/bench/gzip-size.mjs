import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** Bytes of a tar as other builders' container layer: gzip at level 6. Layers of our own store what jars have deflated already, and are larger. */
export async function gzipSize(tar) {
  let bytes = 0;
  const count = async (chunks) => {
    for await (const chunk of chunks) bytes += chunk.length;
  };
  await pipeline(tar, createGzip({ level: 6 }), count);
  return bytes;
}
