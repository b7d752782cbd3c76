import { createHash } from 'node:crypto';
import { compareBytewise, type PackContext, type TreeEntry } from '@block-pack/core';
import type { Distribution } from './distribution.ts';
import { normalName } from './project-name.ts';

/** A distribution, and those of its files that stand in another one's block. */
export interface Settled {
  readonly distribution: Distribution;
  readonly files: ReadonlyMap<string, TreeEntry>;
  readonly elsewhere: readonly string[];
}

/**
 * Gives each file to one distribution. Installers let the last one win; here it is the one whose RECORD has the file's hash, and among
 * those, or where none has, the first by name: what comes out must not depend on the order of installation.
 */
export async function settleOwnership(
  distributions: readonly Distribution[],
  context: PackContext,
): Promise<readonly Settled[]> {
  const sorted = [...distributions].sort((a, b) => compareBytewise(sortKey(a), sortKey(b)));
  const claims = new Map<string, Distribution[]>();
  for (const one of sorted) {
    for (const path of one.files.keys()) claims.set(path, [...(claims.get(path) ?? []), one]);
  }
  const lost = new Map<Distribution, Set<string>>(sorted.map((one) => [one, new Set()]));
  for (const [path, claimants] of claims) {
    if (claimants.length < 2) continue;
    const owner = await ownerOf(path, claimants);
    for (const other of claimants) if (other !== owner) lost.get(other)?.add(path);
    const names = claimants.map(({ name }) => name).join(' and ');
    context.warn({
      code: 'FILE_SHARED',
      message: `${path} belongs to ${names}; it stands in the block of ${owner?.name}`,
    });
  }
  return sorted.map((distribution) => {
    const elsewhere = lost.get(distribution) ?? new Set();
    const files = new Map([...distribution.files].filter(([path]) => !elsewhere.has(path)));
    return { distribution, files, elsewhere: [...elsewhere] };
  });
}

function sortKey({ name, distInfo }: Distribution): string {
  return `${normalName(name)}\n${distInfo}`;
}

async function ownerOf(path: string, claimants: readonly Distribution[]): Promise<Distribution | undefined> {
  for (const one of claimants) {
    const entry = one.files.get(path);
    const said = one.recorded.get(path)?.hash;
    if (
      entry?.kind === 'file' &&
      said !== undefined &&
      said !== '' &&
      (await recordHash(entry.read(), said)) === said
    )
      return one;
  }
  return claimants[0];
}

const algorithms = new Set(['sha256', 'sha384', 'sha512']);

/** The content's hash as a RECORD spells it, with the algorithm of another; undefined where that is too weak to say anything. */
export async function recordHash(
  content: AsyncIterable<Uint8Array>,
  like: string,
): Promise<string | undefined> {
  const algorithm = like.slice(0, like.indexOf('='));
  if (!algorithms.has(algorithm)) return undefined;
  const hash = createHash(algorithm);
  for await (const chunk of content) hash.update(chunk);
  return `${algorithm}=${hash.digest('base64url')}`;
}
