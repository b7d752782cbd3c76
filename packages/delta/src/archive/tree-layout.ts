import type { ZipLayout } from './zip-layout.ts';

/** How a tree block's canonical tar is laid out: it follows from its entries alone. */
export interface TreeLayout {
  readonly kind: 'tree';
  /** In the order of the tar. */
  readonly parts: readonly TreePart[];
  /** The zips among the files, by their position in {@link parts}. */
  readonly nested: ReadonlyMap<number, ZipLayout>;
}

export type TreePart = TreeFile | TreeLink | TreeDirectory;

export interface TreeFile {
  readonly kind: 'file';
  readonly path: string;
  readonly executable: boolean;
  readonly size: number;
  /** Where its bytes begin in the tar. */
  readonly offset: number;
}

export interface TreeLink {
  readonly kind: 'symlink';
  readonly path: string;
  readonly target: string;
}

export interface TreeDirectory {
  readonly kind: 'directory';
  readonly path: string;
}
