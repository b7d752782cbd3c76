import { isManifestPlace, type LinkEntry, type PackContext, type TreeEntry } from '@block-pack/core';
import { entriesBelow, type Folder, type FolderItem, fileIn, folderIn, itemAt } from './folder.ts';
import { leftBehind } from './left-behind.ts';
import { noManifest, type PackageManifest, readPackageManifest } from './package-manifest.ts';
import { pnpmLeftovers } from './pnpm-leftovers.ts';
import type { Project } from './project.ts';

/** A package as it lies on disk: a folder of its own, less the packages in its node_modules. */
export interface InstalledPackage {
  readonly folder: Folder;
  readonly manifest: PackageManifest;
  /** First party: a workspace or a `file:` dependency, not something that was published. */
  readonly isFirstParty: boolean;
  /** Its own entries; paths relative to the project. */
  readonly entries: readonly TreeEntry[];
}

/** Everything below the node_modules folders of a project, sorted out. */
export interface Installed {
  readonly packages: readonly InstalledPackage[];
  /** Links to packages. */
  readonly links: readonly LinkEntry[];
  /** `.bin` folders. */
  readonly commandFolders: readonly Folder[];
  /** What lies in a node_modules and belongs to no package, such as a generated client. */
  readonly strays: readonly TreeEntry[];
}

/** Where pnpm, Bun and yarn's pnpm linker keep the real folders: `.pnpm/<id>/node_modules/<name>`. */
const stores: ReadonlySet<string> = new Set(['.pnpm', '.bun', '.store']);

const leftover = 'left by an earlier installation: no link leads to it';

/** Finds the packages of a project where they lie. What is left out is told. @throws INPUT_UNSUPPORTED */
export async function findInstalled(project: Project, context: PackContext): Promise<Installed> {
  const walk = new ModulesWalk(project, context);
  await walk.modules(project.modules, walk.strays);
  for (const path of project.firstParty) await walk.firstParty(path);
  const { packages, links, commandFolders, strays } = walk;
  return { packages, links, commandFolders, strays };
}

class ModulesWalk {
  readonly packages: InstalledPackage[] = [];
  readonly links: LinkEntry[] = [];
  readonly commandFolders: Folder[] = [];
  readonly strays: TreeEntry[] = [];
  readonly #project: Project;
  readonly #context: PackContext;
  readonly #leftovers: ReadonlySet<string>;

  constructor(project: Project, context: PackContext) {
    this.#project = project;
    this.#context = context;
    this.#leftovers = pnpmLeftovers(project);
  }

  /** @param strays takes what belongs to no package in it */
  async modules(folder: Folder, strays: TreeEntry[]): Promise<void> {
    for (const [name, item] of folder.children) {
      const reason = leftBehind(name);
      if (name === '.bin' && item.kind === 'folder') this.commandFolders.push(item);
      else if (reason !== undefined) this.#leaveOut(item, reason);
      else if (stores.has(name) && item.kind === 'folder') await this.#store(item, strays);
      else if (name.startsWith('@') && item.kind === 'folder' && !item.children.has('package.json')) {
        for (const scoped of item.children.values()) await this.#member(scoped, strays);
      } else await this.#member(item, strays);
    }
  }

  async firstParty(path: string): Promise<void> {
    const folder = itemAt(this.#project.root, path);
    if (folder?.kind !== 'folder') throw new Error(`${path} is no folder`);
    const others = this.#project.firstParty.filter((other) => other.startsWith(`${path}/`));
    const isOwn = (entry: TreeEntry) => !others.some((other) => entry.path.startsWith(`${other}/`));
    const own = withoutModules(folder).filter(isOwn);
    for (const entry of own) if (isManifestPlace(entry.path)) this.#leaveOut(entry, 'an import manifest');
    const modules = folderIn(folder, 'node_modules');
    if (modules !== undefined) await this.modules(modules, this.strays);
    const manifest = await this.#manifest(folder, true);
    this.packages.push({
      folder,
      manifest,
      isFirstParty: true,
      entries: own.filter((entry) => !isManifestPlace(entry.path)),
    });
  }

  async #store(folder: Folder, strays: TreeEntry[]): Promise<void> {
    for (const [name, item] of folder.children) {
      if (item.kind !== 'folder') this.#leaveOut(item, 'what the installer installed, for itself');
      else if (this.#leftovers.has(item.path)) this.#leaveOut(item, leftover);
      else if (name === 'node_modules') await this.modules(item, strays);
      else {
        for (const [inside, below] of item.children) {
          if (inside === 'node_modules' && below.kind === 'folder') await this.modules(below, strays);
          else entriesBelow(below, strays);
        }
      }
    }
  }

  async #member(item: FolderItem, strays: TreeEntry[]): Promise<void> {
    if (item.kind === 'symlink' && this.#leadsToLeftover(item)) this.#leaveOut(item, leftover);
    else if (item.kind === 'symlink') this.links.push(item);
    else if (item.kind === 'directory') this.#leaveOut(item, 'an empty directory');
    else if (item.kind === 'folder' && fileIn(item, 'package.json') !== undefined) await this.#package(item);
    else entriesBelow(item, strays);
  }

  #leadsToLeftover({ path }: LinkEntry): boolean {
    if (this.#leftovers.size === 0) return false;
    const target = itemAt(this.#project.root, path)?.path ?? '';
    return this.#leftovers.has(target.split('/').slice(0, 3).join('/'));
  }

  async #package(folder: Folder): Promise<void> {
    const entries = withoutModules(folder);
    const modules = folderIn(folder, 'node_modules');
    if (modules !== undefined) await this.modules(modules, entries);
    const manifest = await this.#manifest(folder, false);
    this.packages.push({ folder, manifest, isFirstParty: false, entries });
  }

  async #manifest(folder: Folder, isFirstParty: boolean): Promise<PackageManifest> {
    const file = fileIn(folder, 'package.json');
    if (file === undefined) return noManifest;
    const where = `${this.#project.name}/${file.path}`;
    const hasGypFile = fileIn(folder, 'binding.gyp') !== undefined;
    return readPackageManifest(file, where, { hasGypFile, isFirstParty });
  }

  #leaveOut(item: FolderItem, reason: string): void {
    for (const { path } of entriesBelow(item)) this.#context.leaveOut?.(path, reason);
  }
}

function withoutModules(folder: Folder): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (const [name, item] of folder.children) {
    if (name !== 'node_modules' || item.kind !== 'folder') entriesBelow(item, entries);
  }
  return entries;
}
