import { statSync } from 'node:fs';
import { BlockPackError, type InputDirectory, type TreeEntry, zipDirectory } from '@block-pack/core';
import { type ArchiveKind, kindByBytes } from './archive-kind.ts';
import { diskError, errnoOf } from './disk-error.ts';
import { walkDirectory } from './disk-walk.ts';
import { type OpenFile, openFile } from './open-file.ts';
import { realPath } from './open-files.ts';
import { checkStoreApart } from './real-place.ts';
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
  /** The store that it belongs to, if any: no input may lie inside it, or hold it. */
  readonly directory?: string;
}

/** How an input is opened. */
export interface OpenInputOptions {
  /** The input's name in messages; by default its path. */
  readonly name?: string;
  /** What to give, for who gave something else; a sentence. */
  readonly expected?: string;
  /** Where an archive may be unpacked until the input is closed. A store is one. */
  readonly scratch: Scratch;
  /** Stops the unpacking, or the walk through a directory. */
  readonly signal?: AbortSignal;
}

/**
 * A directory on disk, or an archive that holds one: a .jar, .war, .ear, .zip, .tar, .tar.gz or .tgz by its name, or by its first bytes
 * where its name says nothing.
 * @param path a link is followed
 * @throws INPUT_MISSING, INPUT_UNREADABLE, INPUT_UNSUPPORTED, ARCHIVE_INVALID, ARCHIVE_BOMB, INTERRUPTED, USAGE where store and input overlap
 */
export async function openInput(path: string, options: OpenInputOptions): Promise<OpenInput> {
  const { name = path, scratch } = options;
  checkExists(path, name, options);
  if (scratch.directory !== undefined) checkStoreApart(scratch.directory, path, name);
  try {
    return await openExisting(path, name, options);
  } catch (error) {
    throw diskError(error, 'INPUT_UNREADABLE', 'read', name);
  }
}

async function openExisting(path: string, name: string, options: OpenInputOptions): Promise<OpenInput> {
  const real = realPath(path);
  const stats = statSync(real);
  if (stats.isDirectory()) {
    const directory = new DiskDirectory(name, real, options.signal);
    return { directory, realPath: real, close: async () => {} };
  }
  if (!stats.isFile()) throw unknownKind(name, options);
  // Under the name it was given by, which may be a link's: `app.jar` for what a build tool keeps as `blob`.
  const file = openFile(path);
  try {
    const opened = await openArchive(await archiveKind(path, real, file), file, name, options);
    return { ...opened, realPath: real };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** The names tell more than the bytes: a zip archive may begin with a start script. @throws INPUT_UNREADABLE */
async function archiveKind(path: string, real: string, file: OpenFile): Promise<ArchiveKind | undefined> {
  return kindByName(path) ?? kindByName(real) ?? kindByBytes(file.bytes);
}

function kindByName(path: string): ArchiveKind | undefined {
  if (/\.(zip|jar|war|ear)$/i.test(path)) return 'zip';
  return /\.(tar|tar\.gz|tgz)$/i.test(path) ? 'tar' : undefined;
}

async function openArchive(
  kind: ArchiveKind | undefined,
  file: OpenFile,
  name: string,
  options: OpenInputOptions,
): Promise<Omit<OpenInput, 'realPath'>> {
  switch (kind) {
    case 'zip': {
      const directory = await zipDirectory(file.bytes, file.entry, name);
      return { directory, close: async () => file.close() };
    }
    case 'tar':
      return openTar(file, name, options.scratch, options.signal);
    case undefined:
      throw unknownKind(name, options);
  }
}

const anything = 'Expected a directory, or a .jar, .war, .ear, .zip, .tar, .tar.gz or .tgz file.';

function unknownKind(name: string, { expected = anything }: OpenInputOptions): BlockPackError {
  return new BlockPackError(
    'INPUT_UNSUPPORTED',
    `${name} is neither a directory nor an archive that is known here`,
    { hint: expected, details: { path: name } },
  );
}

function checkExists(path: string, name: string, { expected = anything }: OpenInputOptions): void {
  try {
    statSync(path);
  } catch (error) {
    // Whatever else is wrong is told by those who read it.
    if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENOTDIR') return;
    throw new BlockPackError('INPUT_MISSING', `There is no ${name}`, {
      hint: `Check the path, and whether it has been made yet. ${expected}`,
      details: { path },
      cause: error,
    });
  }
}

/** Read once, when the entries are first asked for. */
class DiskDirectory implements InputDirectory {
  readonly name: string;
  readonly #root: string;
  readonly #signal: AbortSignal | undefined;
  #entries: Promise<readonly TreeEntry[]> | undefined;

  constructor(name: string, root: string, signal: AbortSignal | undefined) {
    this.name = name;
    this.#root = root;
    this.#signal = signal;
  }

  async entries(): Promise<readonly TreeEntry[]> {
    this.#entries ??= walkDirectory(this.#root, this.#signal);
    return this.#entries;
  }
}
