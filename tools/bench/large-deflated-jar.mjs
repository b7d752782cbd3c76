import { deflateRawSync } from 'node:zlib';
import { noise, writeJar } from './jar-file.mjs';

/** A jar of 2 GB: one stored entry, and a deflated one of 64 MiB. */
export function largeDeflatedJar(path) {
  const [piece] = noise(1);
  const text = Buffer.alloc(64 << 20, 'block-pack is text ');
  const packed = deflateRawSync(text, { level: 6 });
  writeJar(path, [
    { name: 'large.bin', method: 0, content: () => Array.from({ length: 2000 }, () => piece) },
    { name: 'large.txt', method: 8, content: () => [text], packed: () => [packed] },
  ]);
}
