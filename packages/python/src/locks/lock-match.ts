import type { DistributionPart } from '../placement.ts';
import { normalName } from '../project-name.ts';
import { isSameVersion } from '../version.ts';
import type { LockEvidence, LockedFile } from './lock-evidence.ts';

/** What the locks say of a distribution. */
export type LockMatch =
  /** No lock was given, or none knows it. */
  | { readonly kind: 'unlisted' }
  /** Other versions are locked. */
  | { readonly kind: 'other version'; readonly lock: string; readonly versions: readonly string[] }
  /** This version is locked, and there is no wheel to compare with its hashes. */
  | { readonly kind: 'same version'; readonly lock: string; readonly candidates: readonly LockedFile[] }
  | { readonly kind: 'same bytes'; readonly lock: string; readonly sha256: string }
  | { readonly kind: 'other bytes'; readonly lock: string; readonly sha256: string };

/** Asks the locks in their order; the first that has the very version decides. */
export async function matchLocks(part: DistributionPart, locks: readonly LockEvidence[]): Promise<LockMatch> {
  const name = normalName(part.name);
  let other: LockMatch = { kind: 'unlisted' };
  for (const lock of locks) {
    const listed = lock.packages.filter((one) => one.name === name);
    const same = listed.filter(({ version }) => isSameVersion(version, part.version));
    if (same.length > 0)
      return await matchBytes(
        part,
        lock.name,
        same.flatMap(({ candidates }) => candidates),
      );
    if (listed.length > 0 && other.kind === 'unlisted')
      other = { kind: 'other version', lock: lock.name, versions: listed.map(({ version }) => version) };
  }
  return other;
}

async function matchBytes(
  part: DistributionPart,
  lock: string,
  files: readonly LockedFile[],
): Promise<LockMatch> {
  const candidates = files.filter(({ fileName }) => isOfTags(fileName, part.tags));
  if (part.wheel === undefined || files.length === 0) return { kind: 'same version', lock, candidates };
  const sha256 = await part.wheel.sha256();
  const isListed = files.some((file) => file.sha256 === sha256);
  return { kind: isListed ? 'same bytes' : 'other bytes', lock, sha256 };
}

const wheelTags = /-([^-]+)-([^-]+)-([^-]+)\.whl$/;

/**
 * Whether a candidate is a wheel with these tags. A file name has sets of tags (`py2.py3-none-any`), a WHEEL has one line for each of their
 * combinations.
 */
export function isOfTags(fileName: string | undefined, tags: readonly string[]): boolean {
  if (fileName === undefined) return true;
  const [, python = '', abi = '', platform = ''] = wheelTags.exec(fileName) ?? [];
  if (python === '') return false;
  return tags.some((tag) => {
    const [onePython = '', oneAbi = '', onePlatform = ''] = tag.split('-');
    return (
      python.split('.').includes(onePython) &&
      abi.split('.').includes(oneAbi) &&
      platform.split('.').includes(onePlatform)
    );
  });
}
