import { BlockPackError, type InputDirectory, type LinkEntry, type TreeEntry } from '@block-pack/core';
import { entriesBelow, type Folder, type FolderItem, fileIn, folderIn, folderOf, itemAt } from './folder.ts';
import { noModules } from './wrong-input.ts';

/** A directory with a package.json and the node_modules that belongs to it. */
export interface Project {
  /** As the user wrote it, for messages. */
  readonly name: string;
  readonly root: Folder;
  readonly modules: Folder;
  /** Workspaces and `file:` dependencies: folders of the project that a node_modules links to, or whose own links to others. Sorted. */
  readonly firstParty: readonly string[];
  /** True for what the npm packer packs; the rest is the application itself. */
  owns(path: string): boolean;
}

/** Read here for what they tell; they belong to the application. */
export const evidenceFiles: ReadonlySet<string> = new Set([
  'package.json',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'bun.lock',
  'bun.lockb',
  '.pnp.cjs',
]);

/**
 * Of a project's directory, what the npm packer packs: {@link packedFolders}, and the few files that tell about them. The rest is the
 * application itself.
 */
export function npmInput(project: InputDirectory): InputDirectory {
  return {
    name: project.name,
    entries: async () => {
      const entries = await project.entries();
      const folders = projectFolders(entries);
      const part = entries.filter(({ path }) => isOwned(path, folders) || evidenceFiles.has(path));
      known.set(part, { ...folders, root: withOwned(folders.root, folders) });
      return part;
    },
  };
}

/**
 * The folders of a project that the npm packer packs: node_modules, and the workspaces and `file:` dependencies that it links to.
 * Relative, sorted; none where there is no node_modules.
 */
export async function packedFolders(project: InputDirectory): Promise<readonly string[]> {
  const { modules, firstParty } = projectFolders(await project.entries());
  return modules === undefined ? [] : [modules.path, ...firstParty].sort();
}

/** @throws PATH_INVALID, INPUT_MISSING, INPUT_UNSUPPORTED, LINK_ESCAPES */
export function readProject(entries: readonly TreeEntry[], name: string): Project {
  const folders = projectFolders(entries);
  const { root, modules, firstParty, links } = folders;
  if (modules === undefined) throw noModules(root, name);
  for (const { path, target } of links) checkStaysInside(path, target, name);
  return { name, root, modules, firstParty, owns: (path) => isOwned(path, folders) };
}

interface ProjectFolders {
  readonly root: Folder;
  readonly modules: Folder | undefined;
  readonly firstParty: readonly string[];
  /** All that lie in a node_modules, but commands. */
  readonly links: readonly LinkEntry[];
}

/** What a pack wants to know of the same list several times: where things lie, which of them are packed, and how. */
const known = new WeakMap<readonly TreeEntry[], ProjectFolders>();

function projectFolders(entries: readonly TreeEntry[]): ProjectFolders {
  const earlier = known.get(entries);
  if (earlier !== undefined) return earlier;
  const root = folderOf(sorted(entries));
  const modules = modulesIn(root);
  const folders = { root, modules, ...firstPartyFolders(root, modules) };
  known.set(entries, folders);
  return folders;
}

/** Whatever the order of the input, folders are walked in the same one. */
function sorted(entries: readonly TreeEntry[]): TreeEntry[] {
  return [...entries].sort((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
}

function isOwned(path: string, { modules, firstParty }: ProjectFolders): boolean {
  const isIn = (folder: string) => path.startsWith(folder) && path[folder.length] === '/';
  return (modules !== undefined && isIn(modules.path)) || firstParty.some(isIn);
}

/** The folder with nothing in it but what is owned and, at the root, the files that tell about it. */
function withOwned(folder: Folder, folders: ProjectFolders): Folder {
  const children = new Map<string, FolderItem>();
  for (const [name, item] of folder.children) {
    if (isOwned(`${item.path}/`, folders) || evidenceFiles.has(item.path)) children.set(name, item);
    else if (item.kind === 'folder' && folders.firstParty.some((path) => path.startsWith(`${item.path}/`)))
      children.set(name, withOwned(item, folders));
  }
  return { ...folder, children };
}

/** One without anything in it is that of a project without dependencies. */
function modulesIn(root: Folder): Folder | undefined {
  const isEmpty = root.children.get('node_modules')?.kind === 'directory';
  return isEmpty
    ? { kind: 'folder', path: 'node_modules', children: new Map() }
    : folderIn(root, 'node_modules');
}

function firstPartyFolders(
  root: Folder,
  modules: Folder | undefined,
): Pick<ProjectFolders, 'firstParty' | 'links'> {
  if (modules === undefined) return { firstParty: [], links: [] };
  const workspaces = linkedWorkspaces(root);
  const found = new Set(workspaces.map(({ path }) => path));
  const links: LinkEntry[] = [];
  const waiting = [modules, ...workspaces.flatMap((one) => folderIn(one, 'node_modules') ?? [])];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const entry of entriesBelow(next)) {
      if (entry.kind !== 'symlink' || /(^|\/)\.bin\//.test(entry.path)) continue;
      links.push(entry);
      const target = itemAt(root, entry.path);
      if (target?.kind !== 'folder' || target.path === '' || isInModules(target.path)) continue;
      if (found.has(target.path)) continue;
      found.add(target.path);
      const nested = folderIn(target, 'node_modules');
      if (nested !== undefined) waiting.push(nested);
    }
  }
  return { firstParty: [...found].sort(), links };
}

/** Folders below, each with a package.json, that pnpm installed as workspaces: nothing has to link to them. */
function linkedWorkspaces(folder: Folder, project = folder): readonly Folder[] {
  return [...folder.children].flatMap(([name, item]) => {
    if (item.kind !== 'folder' || name === 'node_modules') return [];
    const below = linkedWorkspaces(item, project);
    return isLinkedWorkspace(item, project) ? [item, ...below] : below;
  });
}

/** It has a node_modules of its own with links out of its folder: to what the project's node_modules holds, or to other workspaces. */
function isLinkedWorkspace(folder: Folder, project: Folder): boolean {
  const modules = folderIn(folder, 'node_modules');
  if (modules === undefined || fileIn(folder, 'package.json') === undefined) return false;
  const members = [...modules.children].flatMap(([name, item]) =>
    name.startsWith('@') && item.kind === 'folder' ? [...item.children.values()] : [item],
  );
  return members.some((item) => {
    const target = item.kind === 'symlink' ? itemAt(project, item.path) : undefined;
    return target !== undefined && target.path !== '' && !`${target.path}/`.startsWith(`${folder.path}/`);
  });
}

export function isInModules(path: string): boolean {
  return /(^|\/)node_modules(\/|$)/.test(path);
}

function checkStaysInside(path: string, target: string, name: string): void {
  const names = target.split('/').filter((part) => part !== '' && part !== '.');
  const down = names.findIndex((part) => part !== '..');
  const up = down === -1 ? names.length : down;
  if (!target.startsWith('/') && up <= path.split('/').length - 1) return;
  throw new BlockPackError('LINK_ESCAPES', `${name}/${path} is a link out of ${name}: ${target}`, {
    hint: 'Pack the root of the workspace, with --workspace for what this one needs, or make a directory that holds everything: npm install --install-links.',
    details: { path, target },
  });
}
