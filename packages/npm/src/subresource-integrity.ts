import type { TarballHash } from './tarball-source.ts';

/** Strongest first, with the length in bytes. */
const algorithms = [
  ['sha512', 64],
  ['sha384', 48],
  ['sha256', 32],
  ['sha1', 20],
] as const;

/**
 * The strongest of the hashes that a lock gives for a tarball; undefined when none is of a kind that is known.
 * @see https://www.w3.org/TR/SRI/#the-integrity-attribute
 */
export function strongestHash(integrity: string): TarballHash | undefined {
  const given = integrity.trim().split(/\s+/);
  for (const [algorithm, length] of algorithms) {
    for (const one of given) {
      if (!one.startsWith(`${algorithm}-`)) continue;
      const bytes = Buffer.from(one.slice(algorithm.length + 1).replace(/\?.*$/, ''), 'base64');
      if (bytes.length === length) return { algorithm, hex: bytes.toString('hex') };
    }
  }
  return undefined;
}
