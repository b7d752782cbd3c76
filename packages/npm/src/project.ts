import { BlockPackError, type InputDirectory, type TreeEntry } from '@block-pack/core';
import { entriesBelow, type Folder, type FolderItem, fileIn, folderIn, folderOf, itemAt } from './folder.ts';

/** A directory with a package.json and the node_modules that belongs to it. */
export interface Project {
  /** As the user wrote it, for messages. */
  readonly name: string;
  readonly root: Folder;
  readonly modules: Folder;
  /** Workspaces and `file:` dependencies: folders of the project that a node_modules links to. Sorted. */
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
 * Of a project's directory, what the npm packer packs: node_modules, the folders that it links to, and the few files that tell about
 * them. The other part is {@link applicationInput}.
 */
export function npmInput(project: InputDirectory): InputDirectory {
  return view(project, ({ path }, owns) => owns(path) || evidenceFiles.has(path));
}

/** Of a project's directory, what the npm packer does not pack: the application's own files. The other part is {@link npmInput}. */
export function applicationInput(project: InputDirectory): InputDirectory {
  return view(project, ({ path }, owns) => !owns(path));
}

/** The folders of a project that the npm packer packs: node_modules, and those that it links to. Relative, sorted. */
export async function packedFolders(project: InputDirectory): Promise<readonly string[]> {
  return ['node_modules', ...readProject(await project.entries(), project.name).firstParty].sort();
}

function view(
  project: InputDirectory,
  belongs: (entry: TreeEntry, owns: Project['owns']) => boolean,
): InputDirectory {
  return {
    name: project.name,
    entries: async () => {
      const entries = await project.entries();
      const { owns } = readProject(entries, project.name);
      return entries.filter((entry) => belongs(entry, owns));
    },
  };
}

/** @throws INPUT_MISSING, INPUT_UNSUPPORTED, LINK_ESCAPES */
export function readProject(entries: readonly TreeEntry[], name: string): Project {
  const root = folderOf(entries);
  const modules = modulesIn(root);
  if (modules === undefined) throw noModules(root, name);
  const firstParty = firstPartyFolders(root, modules, name);
  const owns = (path: string) =>
    path.startsWith('node_modules/') || firstParty.some((folder) => path.startsWith(`${folder}/`));
  return { name, root, modules, firstParty, owns };
}

/** One without anything in it is that of a project without dependencies. */
function modulesIn(root: Folder): Folder | undefined {
  const isEmpty = root.children.get('node_modules')?.kind === 'directory';
  return isEmpty
    ? { kind: 'folder', path: 'node_modules', children: new Map() }
    : folderIn(root, 'node_modules');
}

function firstPartyFolders(root: Folder, modules: Folder, name: string): string[] {
  const found = new Set<string>();
  const waiting: Folder[] = [modules];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const entry of entriesBelow(next)) {
      if (entry.kind !== 'symlink' || /(^|\/)\.bin\//.test(entry.path)) continue;
      checkStaysInside(entry.path, entry.target, name);
      const target = itemAt(root, entry.path);
      if (target?.kind !== 'folder' || target.path === '' || isInModules(target.path)) continue;
      if (found.has(target.path)) continue;
      found.add(target.path);
      const nested = folderIn(target, 'node_modules');
      if (nested !== undefined) waiting.push(nested);
    }
  }
  return [...found].sort();
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
    hint: 'Pack the root of the workspace, or make a directory that holds everything: pnpm deploy, npm install --install-links.',
    details: { path, target },
  });
}

function noModules(root: Folder, name: string): BlockPackError {
  const has = (file: string) => fileIn(root, file) !== undefined;
  const details = { path: name };
  if (root.children.get('node_modules')?.kind === 'symlink') {
    return new BlockPackError('INPUT_UNSUPPORTED', `${name}/node_modules is a link`, {
      hint: 'Give the directory that the real node_modules lies in.',
      details,
    });
  }
  if (has('.pnp.cjs') || has('.pnp.loader.mjs') || has('.pnp.js')) {
    return new BlockPackError(
      'INPUT_UNSUPPORTED',
      `${name} is installed with Yarn Plug'n'Play: there is no node_modules`,
      {
        hint: 'Set "nodeLinker: node-modules" in .yarnrc.yml and run yarn install, then pack again.',
        details,
      },
    );
  }
  if (has('bun.lockb') || has('bun.lock')) {
    return new BlockPackError('INPUT_UNSUPPORTED', `${name} has a lock file of Bun and no node_modules`, {
      hint: 'Run bun install, or npm install, then pack again.',
      details,
    });
  }
  if (looksLikeModules(root)) {
    return new BlockPackError('INPUT_UNSUPPORTED', `${name} is a node_modules folder, not a project`, {
      hint: 'Give the directory that holds node_modules and package.json.',
      details,
    });
  }
  return new BlockPackError('INPUT_MISSING', `There is no node_modules in ${name}`, {
    hint: 'Install the dependencies first, such as with npm ci; then give the directory that holds node_modules.',
    details,
  });
}

function looksLikeModules(root: Folder): boolean {
  if (
    ['.package-lock.json', '.modules.yaml', '.yarn-state.yml', '.yarn-integrity'].some((file) =>
      root.children.has(file),
    )
  )
    return true;
  const isPackage = (item: FolderItem) => item.kind === 'folder' && item.children.has('package.json');
  return !root.children.has('package.json') && [...root.children.values()].some(isPackage);
}
