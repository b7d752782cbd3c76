import { checkTreePath, type FileEntry, type TreeEntry } from '@block-pack/core';

/** A directory of the input and what lies in it, by name. */
export interface Folder {
  readonly kind: 'folder';
  /** Relative to the project; empty for the project itself. */
  readonly path: string;
  readonly children: ReadonlyMap<string, FolderItem>;
}

export type FolderItem = Folder | TreeEntry;

interface OpenFolder extends Folder {
  readonly children: Map<string, OpenFolder | TreeEntry>;
}

/**
 * The entries of a directory as a tree of folders.
 * @throws PATH_INVALID
 */
export function folderOf(entries: readonly TreeEntry[]): Folder {
  const root: OpenFolder = { kind: 'folder', path: '', children: new Map() };
  // Entries come sorted, so the folder of one is mostly the folder of the next.
  const open = new Map<string, OpenFolder>([['', root]]);
  for (const entry of entries) {
    checkTreePath(entry.path);
    openFolder(parentPath(entry.path), open).children.set(lastName(entry.path), entry);
  }
  return root;
}

function openFolder(path: string, open: Map<string, OpenFolder>): OpenFolder {
  const known = open.get(path);
  if (known !== undefined) return known;
  const folder: OpenFolder = { kind: 'folder', path, children: new Map() };
  openFolder(parentPath(path), open).children.set(lastName(path), folder);
  open.set(path, folder);
  return folder;
}

/** Everything below a folder, or the entry itself. @param into takes it */
export function entriesBelow(item: FolderItem, into: TreeEntry[] = []): TreeEntry[] {
  if (item.kind !== 'folder') into.push(item);
  else for (const child of item.children.values()) entriesBelow(child, into);
  return into;
}

/** More links than this one behind the other lead in a circle: the limit of Linux. */
const linkLimit = 40;

/** What stands at a path, links followed on the way and at its end; undefined where they lead nowhere, out, or in a circle. */
export function itemAt(root: Folder, path: string): FolderItem | undefined {
  let waiting = path.split('/').reverse();
  const trail: Folder[] = [root];
  let links = 0;
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      if (trail.length === 1) return undefined;
      trail.pop();
      continue;
    }
    const item = trail.at(-1)?.children.get(name);
    if (item === undefined) return undefined;
    if (item.kind === 'folder') trail.push(item);
    else if (item.kind === 'symlink') {
      if (++links > linkLimit || item.target.startsWith('/')) return undefined;
      waiting = [...waiting, ...item.target.split('/').reverse()];
    } else return waiting.length === 0 ? item : undefined;
  }
  return trail.at(-1);
}

export function fileIn(folder: Folder, name: string): FileEntry | undefined {
  const item = folder.children.get(name);
  return item?.kind === 'file' ? item : undefined;
}

export function folderIn(folder: Folder, name: string): Folder | undefined {
  const item = folder.children.get(name);
  return item?.kind === 'folder' ? item : undefined;
}

export function parentPath(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

export function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
