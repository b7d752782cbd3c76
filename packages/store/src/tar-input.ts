import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compareBytewise, type InputDirectory } from '@block-pack/core';
import { diskError } from './disk-error.ts';
import type { OpenInput, Scratch } from './disk-input.ts';
import { type OpenFile, openFile } from './open-file.ts';
import { unpackTar } from './tar-unpack.ts';

/** A tar archive, unpacked into a directory of its own below `scratch` until it is closed. */
export async function openTar(name: string, real: string, scratch: Scratch): Promise<OpenInput> {
  const archive = openFile(real);
  const unpacked = join(scratch.scratchDirectory, `input-${randomUUID()}`);
  const close = async () => {
    archive.close();
    rmSync(unpacked, { recursive: true, force: true });
  };
  try {
    makeScratch(unpacked);
    const directory = await tarDirectory(name, archive, unpacked);
    return { directory, realPath: real, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function makeScratch(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw diskError(error, 'STORE_UNUSABLE', 'create', path);
  }
}

async function tarDirectory(name: string, archive: OpenFile, unpacked: string): Promise<InputDirectory> {
  const entries = await unpackTar(archive, name, unpacked);
  entries.sort((a, b) => compareBytewise(a.path, b.path));
  return { name, archive: archive.entry, entries: async () => entries };
}
