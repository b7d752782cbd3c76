import {
  compareBytewise,
  type FileChange,
  type Integrity,
  type PackMemory,
  type Placed,
  readCanonicalTar,
  readRange,
  type TreeEntry,
} from '@block-pack/core';
import type { LockMatch } from './locks/lock-match.ts';
import { recordHash } from './ownership.ts';
import type { DistributionPart, PythonPlacement } from './placement.ts';
import type { RecordLine } from './record.ts';

/** What comparing a block with its RECORD has shown. */
interface Comparison {
  readonly changes: readonly FileChange[];
  /** Files that the RECORD lists without a hash. */
  readonly unhashed: number;
}

/**
 * Whether the block is what was published. A RECORD proves only that the files have not changed since they were installed; the hash of a lock that
 * the wheel itself has proves where they came from.
 */
export async function integrityOf(
  placed: Placed<PythonPlacement>,
  part: DistributionPart,
  lock: LockMatch,
  memory: PackMemory,
): Promise<Integrity> {
  if (lock.kind === 'other bytes')
    return {
      state: 'unknown',
      reason: `the wheel is none of those that ${lock.lock} allows: its SHA-256 is ${lock.sha256}`,
    };
  const { changes, unhashed } = await compareWithRecord(placed, part, memory);
  const against = againstText(part, lock);
  if (changes.length > 0) return { state: 'modified', against, changes };
  if (unhashed > 0)
    return {
      state: 'unknown',
      reason: `RECORD has no usable hash of ${unhashed === 1 ? 'one file' : `${unhashed} files`}`,
    };
  return { state: 'verified', against };
}

function againstText(part: DistributionPart, lock: LockMatch): string {
  if (lock.kind === 'same bytes') return `the wheel's SHA-256 in ${lock.lock}, and its RECORD`;
  return part.wheel === undefined
    ? 'its own RECORD, as it was installed'
    : 'its own RECORD; no lock has the hash of the wheel';
}

/** The RECORD is in the block, so this depends on the block and on what stands elsewhere alone: it is done once. */
async function compareWithRecord(
  { block, bytes }: Placed<PythonPlacement>,
  part: DistributionPart,
  memory: PackMemory,
): Promise<Comparison> {
  const fact = `python record, less ${JSON.stringify(part.elsewhere)}`;
  const known = memory.fact(block, fact);
  if (isComparison(known)) return known;
  const self = `${part.distInfo}/RECORD`;
  const lines = part.recorded.filter(({ path }) => path !== self && !part.elsewhere.includes(path));
  const wanted = new Map(lines.map((line) => [line.path, line]));
  const hashes = new Map<string, string>();
  for await (const entry of readCanonicalTar(readRange(bytes), part.distInfo)) {
    if (entry.path !== self) hashes.set(entry.path, (await hashOf(entry, wanted.get(entry.path))) ?? '');
  }
  const found = compare(lines, hashes);
  memory.learn(block, fact, found);
  return found;
}

async function hashOf(entry: TreeEntry, line: RecordLine | undefined): Promise<string | undefined> {
  if (entry.kind !== 'file' || line === undefined || line.hash === '') return undefined;
  return await recordHash(entry.read(), line.hash);
}

function compare(lines: readonly RecordLine[], hashes: ReadonlyMap<string, string>): Comparison {
  const changes: FileChange[] = [];
  let unhashed = 0;
  for (const { path, hash } of lines) {
    const seen = hashes.get(path);
    if (seen === undefined) changes.push({ path, change: 'removed' });
    else if (seen === '') unhashed++;
    else if (seen !== hash) changes.push({ path, change: 'changed' });
  }
  const listed = new Set(lines.map(({ path }) => path));
  for (const path of hashes.keys()) if (!listed.has(path)) changes.push({ path, change: 'added' });
  return { changes: changes.sort((a, b) => compareBytewise(a.path, b.path)), unhashed };
}

function isComparison(value: unknown): value is Comparison {
  return (
    typeof value === 'object' &&
    value !== null &&
    'changes' in value &&
    Array.isArray(value.changes) &&
    'unhashed' in value
  );
}
