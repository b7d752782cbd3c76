import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';

/** A module of a Maven build, and the build that it is part of. */
export interface MavenModule {
  readonly directory: string;
  /** Directory of the outermost pom that leads to it by its modules. */
  readonly root: string;
}

/**
 * The module in whose `target` a path lies: somebody has built it here. Elsewhere, the libraries are not known to be those of the pom.
 * @param path real and absolute
 */
export function moduleOf(path: string): MavenModule | undefined {
  for (let at = path; dirname(at) !== at; at = dirname(at)) {
    const above = dirname(at);
    if (basename(at) === 'target' && isFile(join(above, 'pom.xml')))
      return { directory: above, root: rootOf(above) };
  }
  return undefined;
}

function rootOf(module: string): string {
  let root = module;
  for (let at = module; dirname(at) !== at; at = dirname(at)) {
    if (modulesIn(join(dirname(at), 'pom.xml')).includes(root)) root = dirname(at);
    if (existsSync(join(at, '.git'))) break;
  }
  return root;
}

/** For Maven's `-pl`; empty for the root itself. */
export function modulePath({ root, directory }: MavenModule): string {
  return relative(root, directory).split(sep).join('/');
}

/** More than any build has; ends a walk through modules that lead in a circle, too. */
const mostPoms = 2_000;

/** The digest of every pom of the build, and of the settings beside its root: as long as they are the same, so is what Maven resolves. */
export function buildFiles({ root }: MavenModule): readonly (readonly [name: string, digest: string])[] {
  const directories = new Set([root]);
  for (const directory of directories) {
    if (directories.size >= mostPoms) break;
    for (const module of modulesIn(join(directory, 'pom.xml'))) directories.add(module);
  }
  const poms = [...directories].slice(0, mostPoms).map((directory) => join(directory, 'pom.xml'));
  const settings = ['maven.config', 'extensions.xml', 'settings.xml'].map((name) => join(root, '.mvn', name));
  return [...poms, ...settings].map((file) => {
    const digest = createHash('sha256').update(textOf(file)).digest('hex');
    return [relative(root, file), digest] as const;
  });
}

/** Directories of the modules that a pom names, those of its profiles too. */
function modulesIn(pom: string): readonly string[] {
  return [...textOf(pom).matchAll(/<module>\s*([^<\s][^<]{0,400}?)\s*<\/module>/g)].map(([, name = '']) => {
    const path = resolve(dirname(pom), name);
    return name.endsWith('.xml') ? dirname(path) : path;
  });
}

/** Bytes; more than any pom has. */
const limit = 4 << 20;

/** Empty for what is not there or cannot be read: Maven tells better what is wrong with it. */
function textOf(file: string): string {
  try {
    const stats = statSync(file);
    return stats.isFile() && stats.size <= limit ? readFileSync(file, 'utf8') : '';
  } catch {
    return '';
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
