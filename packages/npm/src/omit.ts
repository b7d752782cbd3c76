import { BlockPackError, type Component } from '@block-pack/core';
import { itemAt, parentPath } from './folder.ts';
import type { Installed, InstalledPackage } from './installed.ts';
import type { PackageDependencies, PackageManifest } from './package-manifest.ts';
import type { NpmOptions, OmitKind } from './packer.ts';
import type { Project } from './project.ts';

/** Somebody who has dependencies, and the folder that Node starts to look for them from. */
interface Dependent {
  readonly folder: string;
  readonly dependencies: PackageDependencies;
  /** Development dependencies count for the project and its workspaces only. */
  readonly isFirstParty: boolean;
}

/**
 * Folders of the packages that nothing needs once some kinds of dependencies, or some workspaces, do not count. What is needed is found as
 * Node finds it, from the package.json of the project and of its workspaces, so it works for every installer. What nobody asks for at all
 * stays: the disk says what is there.
 * @param manifest the project's own
 * @throws INPUT_UNSUPPORTED without it
 * @throws INPUT_MISSING for a workspace that is not there
 */
export function omittedPackages(
  project: Project,
  manifest: PackageManifest | undefined,
  installed: Installed,
  { omit, workspaces = [] }: NpmOptions,
): ReadonlySet<string> {
  const roots = rootsOf(project, manifest, installed);
  const packages = new Map(installed.packages.map((one) => [one.folder.path, one]));
  const all = reachable(project, packages, roots, []);
  const chosen = workspaces.map((name) => dependentOf(workspaceCalled(name, project, installed)));
  const needed = reachable(project, packages, chosen.length === 0 ? roots : chosen, omit);
  const omitted = new Set([...all].filter((folder) => !needed.has(folder)));
  // What lies inside an omitted package came with it.
  for (const folder of packages.keys()) {
    if (!needed.has(folder) && isInside(folder, omitted)) omitted.add(folder);
  }
  return omitted;
}

/** Whether the project or one of its workspaces asks for a package itself, by its folder; what nobody asks for is absent. */
export function relationsOf(
  project: Project,
  manifest: PackageManifest | undefined,
  installed: Installed,
): ReadonlyMap<string, NonNullable<Component['relation']>> {
  const relations = new Map<string, NonNullable<Component['relation']>>();
  if (manifest === undefined) return relations;
  const roots = rootsOf(project, manifest, installed);
  const packages = new Map(installed.packages.map((one) => [one.folder.path, one]));
  for (const folder of reachable(project, packages, roots, [])) relations.set(folder, 'transitive');
  for (const root of roots)
    for (const name of wanted(root, [])) {
      const folder = resolveFrom(project, root.folder, name);
      if (folder !== undefined && packages.has(folder)) relations.set(folder, 'direct');
    }
  return relations;
}

/** @param name its folder or its own name, as npm has it */
function workspaceCalled(name: string, project: Project, { packages }: Installed): InstalledPackage {
  const path = name.replace(/^\.\//, '').replace(/\/+$/, '');
  const workspaces = packages.filter(({ isFirstParty }) => isFirstParty);
  const found =
    workspaces.find(({ folder }) => folder.path === path) ??
    workspaces.find(({ manifest }) => manifest.name === name);
  if (found !== undefined) return found;
  const there = workspaces.map(({ folder }) => folder.path).join(', ');
  throw new BlockPackError(
    'INPUT_MISSING',
    `No node_modules of ${project.name} links to a workspace ${name}`,
    {
      hint: there === '' ? 'It has none; install first, such as with npm ci.' : `It has ${there}.`,
      details: { path: project.name, workspace: name },
    },
  );
}

function isInside(folder: string, omitted: ReadonlySet<string>): boolean {
  for (let above = parentPath(folder); above !== ''; above = parentPath(above))
    if (omitted.has(above)) return true;
  return false;
}

function rootsOf(
  project: Project,
  manifest: PackageManifest | undefined,
  installed: Installed,
): readonly Dependent[] {
  if (manifest === undefined) {
    throw new BlockPackError(
      'INPUT_UNSUPPORTED',
      `There is no package.json in ${project.name} that says what can be omitted`,
      {
        hint: 'Give the directory that holds package.json and node_modules.',
        details: { path: project.name },
      },
    );
  }
  const { dependencies } = manifest;
  const firstParty = installed.packages.filter((one) => one.isFirstParty).map(dependentOf);
  return [{ folder: '', dependencies, isFirstParty: true }, ...firstParty];
}

function dependentOf({ folder, manifest, isFirstParty }: InstalledPackage): Dependent {
  return { folder: folder.path, dependencies: manifest.dependencies, isFirstParty };
}

function reachable(
  project: Project,
  packages: ReadonlyMap<string, InstalledPackage>,
  roots: readonly Dependent[],
  omit: readonly OmitKind[],
): ReadonlySet<string> {
  const found = new Set<string>(roots.map(({ folder }) => folder));
  const waiting = [...roots];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const name of wanted(next, omit)) {
      const one = packages.get(resolveFrom(project, next.folder, name) ?? '');
      if (one === undefined || found.has(one.folder.path)) continue;
      found.add(one.folder.path);
      waiting.push(dependentOf(one));
    }
  }
  return found;
}

/** npm copies optional dependencies into the others when it installs; published packages list them in both. */
function wanted({ dependencies, isFirstParty }: Dependent, omit: readonly OmitKind[]): readonly string[] {
  const { prod, dev, optional, peer } = dependencies;
  const isOmitted = (kind: OmitKind) => omit.includes(kind);
  return [
    ...(isOmitted('optional') ? prod.filter((name) => !optional.includes(name)) : [...prod, ...optional]),
    ...(isFirstParty && !isOmitted('dev') ? dev : []),
    ...(isOmitted('peer') ? [] : peer),
  ];
}

/** The folder of the package that Node finds under a name, links followed. */
function resolveFrom(project: Project, folder: string, name: string): string | undefined {
  for (let from = folder; ; from = parentPath(from)) {
    if (!from.endsWith('node_modules')) {
      const found = itemAt(
        project.root,
        from === '' ? `node_modules/${name}` : `${from}/node_modules/${name}`,
      );
      if (found?.kind === 'folder') return found.path;
    }
    if (from === '') return undefined;
  }
}
