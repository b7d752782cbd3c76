import type { Bytes } from './bytes.ts';
import { BlockPackError } from './error.ts';
import { checkLinkTarget, checkTreePath, compareBytewise } from './image-path.ts';

/** A file of a tree or of an input. */
export interface FileEntry {
  readonly kind: 'file';
  /** Relative to the root, `/` between names: see {@link checkTreePath}. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly executable: boolean;
  /**
   * Ends with INPUT_CHANGED when there are more or fewer than `size` bytes. A chunk is good only until the next one is asked for, since its array
   * may be used again: who keeps it copies it.
   */
  read(): Bytes;
  /** Another string whenever the content may be another one; absent when nothing cheap can tell. */
  readonly stamp?: string;
  /** The path that it had in its input, where it has got another one: see {@link movedEntry}. */
  readonly origin?: string;
}

export interface LinkEntry {
  readonly kind: 'symlink';
  readonly path: string;
  /** As the link says it; inside the tree: see {@link checkLinkTarget}. */
  readonly target: string;
}

/** A directory with nothing in it; the others are known from what they hold. */
export interface EmptyDirectoryEntry {
  readonly kind: 'directory';
  readonly path: string;
}

export type TreeEntry = FileEntry | LinkEntry | EmptyDirectoryEntry;

/** A directory, or an archive that holds one, as it was given to a packer. */
export interface InputDirectory {
  /** As the user wrote it, for messages. */
  readonly name: string;
  /** The file that the entries were read from, where the input is an archive. */
  readonly archive?: FileEntry;
  /** Everything inside, once, sorted bytewise by path. */
  entries(): Promise<readonly TreeEntry[]>;
}

/**
 * The same entry at another path; a file may get another mode. It is made anew, not spread: an entry may be an object of any class, whose
 * methods spreading would lose.
 */
export function movedEntry(entry: FileEntry, path: string, executable?: boolean): FileEntry;
export function movedEntry(entry: TreeEntry, path: string, executable?: boolean): TreeEntry;
export function movedEntry(entry: TreeEntry, path: string, executable?: boolean): TreeEntry {
  if (entry.kind !== 'file') return { ...entry, path };
  const { size, stamp, origin = entry.path } = entry;
  const moved = {
    kind: 'file',
    path,
    origin,
    size,
    executable: executable ?? entry.executable,
    read: () => entry.read(),
  } as const;
  return stamp === undefined ? moved : { ...moved, stamp };
}

/**
 * The entries in the one order that a block has, after a look at every path and link.
 * @throws PATH_INVALID, LINK_ESCAPES, IMPORT_COLLISION
 */
export function sortTree(entries: readonly TreeEntry[]): TreeEntry[] {
  const sorted = [...entries].sort((a, b) => compareBytewise(a.path, b.path));
  const check = entryCheck();
  for (const entry of sorted) check(entry);
  return sorted;
}

/** The entries as they come, after a look at each: they must already be in that order. @throws as {@link sortTree} does */
export async function* orderedTree(entries: AsyncIterable<TreeEntry>): AsyncIterable<TreeEntry> {
  const check = entryCheck();
  for await (const entry of entries) {
    check(entry);
    yield entry;
  }
}

function entryCheck(): (entry: TreeEntry) => void {
  const order = new TreeOrder(
    (message) => new BlockPackError('IMPORT_COLLISION', `The tree cannot be packed: ${message}`),
  );
  return (entry) => {
    checkTreePath(entry.path);
    order.next(entry.path);
    if (entry.kind === 'symlink') checkLinkTarget(entry.path, entry.target);
  };
}

/** Watches that paths come in bytewise order, none of them twice, and none below one that is already an entry. */
export class TreeOrder {
  readonly #fault: (message: string) => Error;
  #last: string | undefined;
  /**
   * Earlier paths that the last one begins with. All paths that begin with a given one stand together in bytewise order, so an entry that
   * the current path does not begin with can be forgotten: memory stays bounded by the longest path.
   */
  #beginnings: string[] = [];

  constructor(fault: (message: string) => Error) {
    this.#fault = fault;
  }

  next(path: string): void {
    const order = this.#last === undefined ? -1 : compareBytewise(this.#last, path);
    if (order === 0) throw this.#fault(`${JSON.stringify(path)} stands twice`);
    if (order > 0) throw this.#fault(`${JSON.stringify(path)} stands behind ${JSON.stringify(this.#last)}`);
    this.#beginnings = this.#beginnings.filter((earlier) => path.startsWith(earlier));
    const above = this.#beginnings.find((earlier) => path[earlier.length] === '/');
    if (above !== undefined)
      throw this.#fault(`${JSON.stringify(path)} stands below ${JSON.stringify(above)}`);
    this.#beginnings.push(path);
    this.#last = path;
  }
}
