import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskError } from '@block-pack/store';
import type { CommandContext } from '../../command.ts';
import { comparePacks, type PackDifference } from './compare-packs.ts';
import { copyInput, type Original } from './copy-input.ts';
import { type PackedCopy, packCopy } from './pack-copy.ts';
import { type Surroundings, surroundings } from './surroundings.ts';

/** What packing two copies has shown. */
export interface CheckResult {
  readonly imports: number;
  readonly differences: readonly PackDifference[];
}

/**
 * Packs two copies of an input in processes that have nothing in common but the machine. The copies and their stores are removed at the end, however that
 * comes.
 * @param words the packing command with its options, without input, output and store
 * @throws OUTPUT_REFUSED, DISK_FULL, INTERRUPTED
 */
export async function checkPacks(
  original: Original,
  words: readonly string[],
  { progress, signal }: CommandContext,
): Promise<CheckResult> {
  const scratch = scratchDirectory();
  const remove = () => rmSync(scratch, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    const packOne = async (one: Surroundings, what: string): Promise<PackedCopy> => {
      const directory = join(scratch, one.place);
      progress.show(`copying the input for the ${what} pack`);
      const copy = await copyInput(original, join(directory, 'input'), one, signal);
      progress.show(`packing the ${what} copy`);
      return packCopy([...words, copy], directory, one, signal);
    };
    const first = await packOne(surroundings[0], 'first');
    const second = await packOne(surroundings[1], 'second');
    return { imports: first.manifest.imports.length, differences: await comparePacks(first, second) };
  } finally {
    remove();
    process.off('exit', remove);
  }
}

/** A real path, since links in the copies are told by it. */
function scratchDirectory(): string {
  try {
    return realpathSync(mkdtempSync(join(tmpdir(), 'block-pack-doctor-')));
  } catch (error) {
    throw diskError(error, 'OUTPUT_REFUSED', 'make a directory in', tmpdir());
  }
}
