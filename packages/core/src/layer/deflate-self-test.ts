import { crc32, deflateRawSync } from 'node:zlib';
import { type DeflateLevel, pinnedSettings } from './pinned-deflate.ts';

/** Length and crc32 of the sample deflated by pako 3. */
const golden: Readonly<Record<DeflateLevel, readonly [length: number, crc: number]>> = {
  1: [134_380, 1_597_189_507],
  6: [128_007, 378_436_806],
};

const known = new Map<DeflateLevel, boolean>();

/**
 * Whether this process's zlib writes what pako writes. Builds of zlib differ in how they hash, which shows in the bytes, and one machine's build may choose by
 * its processor: so every process looks for itself, once for each level, in some ten milliseconds.
 */
export function isZlibExact(level: DeflateLevel): boolean {
  const before = known.get(level);
  if (before !== undefined) return before;
  const deflated = deflateRawSync(selfTestSample(), { ...pinnedSettings, level });
  const [length, crc] = golden[level];
  const exact = deflated.length === length && crc32(deflated) === crc;
  known.set(level, exact);
  return exact;
}

/**
 * Bytes on which encoders part: words in random order, so that chains of candidates are longer than any encoder follows; noise; runs; and more than one
 * window and one block of each.
 */
export function selfTestSample(): Uint8Array {
  const sample = new Uint8Array(3 * sectionSize);
  const random = randomNumbers();
  const words = Array.from({ length: 64 }, () =>
    Array.from({ length: 2 + (random() % 7) }, () => 97 + (random() % 8)),
  );
  for (let at = 0; at < sectionSize; ) {
    const word = words[random() % words.length] ?? [];
    sample.set(word.slice(0, sectionSize - at), at);
    at += word.length;
  }
  for (let at = sectionSize; at < 2 * sectionSize; at++) sample[at] = random();
  for (let at = 2 * sectionSize; at < sample.length; at++)
    sample[at] = random() % 50 === 0 ? random() % 4 : 0;
  return sample;
}

const sectionSize = 98_304;

/** xorshift32: the same numbers everywhere. */
function randomNumbers(): () => number {
  let state = 0x2545_f491;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 8;
  };
}
