import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { compareBytewise, type InputDirectory } from '@block-pack/core';
import { names } from './blob-files.ts';
import { diskError } from './disk-error.ts';
import type { OpenInput, Scratch } from './disk-input.ts';
import { makeDirectory } from './make-directory.ts';
import type { OpenFile } from './open-file.ts';
import { unpackTar } from './tar-unpack.ts';
import { giveTurn } from './turn.ts';

/** A tar archive, unpacked into a directory of its own below `scratch` until it is closed, the archive with it. */
export async function openTar(
  archive: OpenFile,
  name: string,
  scratch: Scratch,
  signal: AbortSignal | undefined,
): Promise<Omit<OpenInput, 'realPath'>> {
  const unpacked = join(scratch.scratchDirectory, `input-${randomUUID()}`);
  const close = async () => {
    archive.close();
    await removeFlat(unpacked);
  };
  try {
    makeScratch(unpacked);
    const entries = await unpackTar(archive, name, unpacked, signal);
    entries.sort((a, b) => compareBytewise(a.path, b.path));
    const directory: InputDirectory = { name, archive: archive.entry, entries: async () => entries };
    return { directory, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function makeScratch(path: string): void {
  try {
    makeDirectory(path);
  } catch (error) {
    throw diskError(error, 'STORE_UNUSABLE', 'create', path);
  }
}

/** A directory that holds files alone, perhaps a million of them. */
async function removeFlat(directory: string): Promise<void> {
  for (const name of names(directory)) {
    await giveTurn();
    rmSync(join(directory, name), { force: true });
  }
  rmSync(directory, { recursive: true, force: true });
}
