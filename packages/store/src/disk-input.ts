import { statSync } from 'node:fs';
import { BlockPackError, type InputDirectory, type TreeEntry, zipDirectory } from '@block-pack/core';
import { diskError, errnoOf } from './disk-error.ts';
import { walkDirectory } from './disk-walk.ts';
import { openFile, realPath } from './open-file.ts';
import { openTar } from './tar-input.ts';

/** An input that is open until it is closed. */
export interface OpenInput {
  readonly directory: InputDirectory;
  /** Where it really lies: links followed, absolute. */
  readonly realPath: string;
  close(): Promise<void>;
}

/** Whoever has a directory for things that are needed for a while. */
export interface Scratch {
  readonly scratchDirectory: string;
}

/** How an input is opened. */
export interface OpenInputOptions {
  /** The input's name in messages; by default its path. */
  readonly name?: string;
  /** Where an archive may be unpacked until the input is closed. A store is one. */
  readonly scratch: Scratch;
}

const zipName = /\.(zip|jar|war|ear)$/i;
const tarName = /\.(tar|tar\.gz|tgz)$/i;

/**
 * A directory on disk, or an archive that holds one, told by its name.
 * @param path a link is followed
 * @throws INPUT_MISSING, INPUT_UNREADABLE, INPUT_UNSUPPORTED, ARCHIVE_INVALID, ARCHIVE_BOMB
 */
export async function openInput(path: string, options: OpenInputOptions): Promise<OpenInput> {
  const { name = path, scratch } = options;
  checkExists(path, name);
  try {
    return await openExisting(realPath(path), name, scratch);
  } catch (error) {
    throw diskError(error, 'INPUT_UNREADABLE', 'read', name);
  }
}

async function openExisting(real: string, name: string, scratch: Scratch): Promise<OpenInput> {
  const stats = statSync(real);
  if (stats.isDirectory()) {
    return { directory: new DiskDirectory(name, real), realPath: real, close: async () => {} };
  }
  if (stats.isFile() && zipName.test(real)) return openZip(name, real);
  if (stats.isFile() && tarName.test(real)) return openTar(name, real, scratch);
  throw new BlockPackError(
    'INPUT_UNSUPPORTED',
    `${name} is neither a directory nor an archive that is known here`,
    { hint: 'Known are .jar, .war, .ear, .zip, .tar, .tar.gz and .tgz.', details: { path: name } },
  );
}

function checkExists(path: string, name: string): void {
  try {
    statSync(path);
  } catch (error) {
    // Whatever else is wrong is told by those who read it.
    if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENOTDIR') return;
    throw new BlockPackError('INPUT_MISSING', `There is no ${name}`, {
      hint: 'Build the application first, or check the path.',
      details: { path },
      cause: error,
    });
  }
}

/** Read once, when the entries are first asked for. */
class DiskDirectory implements InputDirectory {
  readonly name: string;
  readonly #root: string;
  #entries: readonly TreeEntry[] | undefined;

  constructor(name: string, root: string) {
    this.name = name;
    this.#root = root;
  }

  async entries(): Promise<readonly TreeEntry[]> {
    this.#entries ??= walkDirectory(this.#root);
    return this.#entries;
  }
}

async function openZip(name: string, real: string): Promise<OpenInput> {
  const file = openFile(real);
  try {
    const directory = await zipDirectory(file.bytes, file.entry, name);
    return { directory, realPath: real, close: async () => file.close() };
  } catch (error) {
    file.close();
    throw error;
  }
}
