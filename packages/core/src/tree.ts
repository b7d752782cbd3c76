import type { Bytes } from './bytes.ts';

/** A file of a tree or of an input. */
export interface FileEntry {
  readonly kind: 'file';
  /** Relative to the root, `/` between names: see {@link checkTreePath}. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly executable: boolean;
  /** Ends with INPUT_CHANGED when there are more or fewer than `size` bytes. */
  read(): Bytes;
  /** Another string whenever the content may be another one; absent when nothing cheap can tell. */
  readonly stamp?: string;
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
