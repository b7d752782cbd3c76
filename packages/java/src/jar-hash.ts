import { createHash } from 'node:crypto';
import { digestHex, type PackMemory, readRange } from '@block-pack/core';
import type { HashAlgorithm } from './evidence/resolver-evidence.ts';
import type { PlacedJar } from './jar-facts.ts';

/** The jar's hash in lower-case hex, as a bill of materials may have it. Any but SHA-256 is read for once and remembered. */
export async function jarHash(jar: PlacedJar, algorithm: HashAlgorithm, memory: PackMemory): Promise<string> {
  if (algorithm === 'sha256') return digestHex(jar.block.digest);
  const name = `${algorithm}/1`;
  const known = memory.fact(jar.block, name);
  if (typeof known === 'string') return known;
  const hash = createHash(algorithm);
  for await (const chunk of readRange(jar.bytes)) hash.update(chunk);
  const hex = hash.digest('hex');
  memory.learn(jar.block, name, hex);
  return hex;
}
