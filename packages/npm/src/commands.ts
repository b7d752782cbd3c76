import { collect, type FileEntry, type LinkEntry, type PackContext } from '@block-pack/core';
import { entriesBelow, type Folder, itemAt, parentPath } from './folder.ts';
import type { InstalledPackage } from './installed.ts';
import { isCommand } from './package-manifest.ts';
import type { Project } from './project.ts';

/** A file that a command may start. */
interface Candidate {
  /** The folder in node_modules that it is in, which may be a link. */
  readonly member: string;
  /** Relative to the project, through that folder. */
  readonly target: string;
}

/**
 * The commands in `.bin` folders, in one form: a symbolic link to the package's file. npm and yarn write just that on Linux; pnpm writes
 * shell scripts with paths of the machine, and all of them write scripts on Windows. Which commands there are the disk says; what each
 * starts its package says.
 */
export class Commands {
  readonly #project: Project;
  readonly #context: PackContext;
  readonly #packages: ReadonlyMap<string, InstalledPackage>;
  readonly #candidates = new Map<string, ReadonlyMap<string, readonly Candidate[]>>();

  constructor(project: Project, packages: ReadonlyMap<string, InstalledPackage>, context: PackContext) {
    this.#project = project;
    this.#packages = packages;
    this.#context = context;
  }

  /** The links of one `.bin` folder; what stands there instead is told as left out. */
  async linksOf(folder: Folder): Promise<LinkEntry[]> {
    const links: LinkEntry[] = [];
    for (const name of this.#namesIn(folder)) {
      const target = await this.#targetOf(folder, name);
      if (target !== undefined) links.push({ kind: 'symlink', path: `${folder.path}/${name}`, target });
    }
    this.#tellLeftOut(folder, links);
    return links;
  }

  #namesIn(folder: Folder): string[] {
    const names = new Set<string>();
    for (const name of folder.children.keys()) {
      const plain = name.replace(/\.(?:cmd|ps1|exe|bunx)$/i, '');
      names.add(folder.children.has(plain) || this.#find(folder, name).length === 0 ? plain : name);
    }
    return [...names].filter(isCommand);
  }

  async #targetOf(folder: Folder, name: string): Promise<string | undefined> {
    const candidates = this.#find(folder, name);
    const [first] = candidates;
    const said = candidates.length === 1 ? undefined : await this.#saidOnDisk(folder, name);
    const chosen = candidates.find(({ target }) => target === said) ?? first;
    const target = chosen?.target ?? said;
    return target !== undefined && this.#isPacked(target) ? relative(folder.path, target) : undefined;
  }

  /** False also for a file of a package that is omitted. */
  #isPacked(target: string): boolean {
    const file = itemAt(this.#project.root, target);
    if (file?.kind !== 'file') return false;
    let isInPackage = false;
    for (let above = parentPath(file.path); above !== ''; above = parentPath(above)) {
      if (this.#packages.has(above)) return true;
      isInPackage ||= itemAt(this.#project.root, `${above}/package.json`) !== undefined;
    }
    return !isInPackage;
  }

  /** Those of the nearest node_modules that has any, upwards. */
  #find(folder: Folder, name: string): readonly Candidate[] {
    for (
      let path: string | undefined = parentPath(folder.path);
      path !== undefined;
      path = modulesAbove(path)
    ) {
      const found = this.#candidatesIn(path).get(name);
      if (found !== undefined) return found;
    }
    return [];
  }

  #candidatesIn(modules: string): ReadonlyMap<string, readonly Candidate[]> {
    const known = this.#candidates.get(modules);
    if (known !== undefined) return known;
    const found = new Map<string, Candidate[]>();
    for (const member of this.#members(modules)) {
      const folder = itemAt(this.#project.root, member);
      const one = folder?.kind === 'folder' ? this.#packages.get(folder.path) : undefined;
      if (one === undefined) continue;
      for (const [command, file] of commandsOf(one)) {
        const candidates = found.get(command) ?? [];
        candidates.push({ member, target: `${member}/${file}` });
        found.set(command, candidates);
      }
    }
    this.#candidates.set(modules, found);
    return found;
  }

  #members(modules: string): string[] {
    const folder = itemAt(this.#project.root, modules);
    if (folder?.kind !== 'folder') return [];
    return [...folder.children].flatMap(([name, item]) => {
      if (name.startsWith('.')) return [];
      if (!name.startsWith('@') || item.kind !== 'folder') return [`${modules}/${name}`];
      return [...item.children.keys()].map((scoped) => `${modules}/${name}/${scoped}`);
    });
  }

  async #saidOnDisk(folder: Folder, name: string): Promise<string | undefined> {
    const item = folder.children.get(name) ?? folder.children.get(`${name}.cmd`);
    if (item?.kind === 'symlink') return joined(folder.path, item.target);
    if (item?.kind !== 'file' || item.size > shimLimit) return undefined;
    const named = /"(?:\$basedir|%~dp0|%dp0%)[\\/]((?:\.\.[\\/])[^"\r\n]+)"/.exec(await textOf(item));
    return named?.[1] === undefined ? undefined : joined(folder.path, named[1].replaceAll('\\', '/'));
  }

  #tellLeftOut(folder: Folder, links: readonly LinkEntry[]): void {
    const made = new Set(links.map(({ path }) => path));
    for (const { path, kind } of entriesBelow(folder)) {
      if (made.has(path) && kind === 'symlink') continue;
      const plain = path.replace(/\.(?:cmd|ps1|exe|bunx)$/i, '');
      const reason =
        made.has(path) || made.has(plain)
          ? 'a script that starts a command; a link stands for it'
          : 'it starts nothing that is packed';
      this.#context.leaveOut?.(path, reason);
    }
  }
}

/** Scripts that start commands have about a thousand bytes. */
const shimLimit = 1 << 16;

async function textOf(file: FileEntry): Promise<string> {
  return new TextDecoder().decode(await collect(file.read(), shimLimit, file.path));
}

/** A package's commands and the files in it that they start. */
function commandsOf({ manifest, folder }: InstalledPackage): ReadonlyMap<string, string> {
  const { commands, commandFolder } = manifest;
  if (commandFolder === undefined) return commands;
  const found = itemAt(folder, commandFolder);
  if (found?.kind !== 'folder') return commands;
  const files = [...found.children.keys()].filter((name) => !name.startsWith('.') && isCommand(name));
  return new Map(files.map((name) => [name, `${commandFolder}/${name}`]));
}

function modulesAbove(modules: string): string | undefined {
  const at = modules.lastIndexOf('/node_modules', modules.length - '/node_modules'.length - 1);
  if (at !== -1) return modules.slice(0, at + '/node_modules'.length);
  return modules.startsWith('node_modules/') || (modules !== 'node_modules' && modules.includes('/'))
    ? 'node_modules'
    : undefined;
}

/** A path through a folder, `..` at its beginning only; undefined when it leads out. */
function joined(folder: string, target: string): string | undefined {
  const names = folder.split('/');
  for (const name of target.split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(name);
    else if (names.pop() === undefined) return undefined;
  }
  return names.join('/');
}

function relative(from: string, to: string): string {
  const [here, there] = [from.split('/'), to.split('/')];
  const same = here.findIndex((name, at) => name !== there[at]);
  const shared = same === -1 ? here.length : same;
  return [...here.slice(shared).map(() => '..'), ...there.slice(shared)].join('/');
}
