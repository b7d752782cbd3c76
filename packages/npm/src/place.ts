import {
  type InputDirectory,
  joinImagePath,
  type LinkEntry,
  movedEntry,
  type PackContext,
  parseImagePath,
  type TreeEntry,
} from '@block-pack/core';
import { Commands } from './commands.ts';
import { entriesBelow, fileIn, itemAt } from './folder.ts';
import { findInstalled, type Installed, type InstalledPackage } from './installed.ts';
import { readLocks } from './lock/read-locks.ts';
import { LockWitness } from './lock-witness.ts';
import { omittedPackages, relationsOf } from './omit.ts';
import { type PackageManifest, readPackageManifest } from './package-manifest.ts';
import type { NpmOptions } from './packer.ts';
import type { NpmPlacement } from './placement.ts';
import { evidenceFiles, type Project, readProject } from './project.ts';
import { publishedTree } from './published-tree.ts';

const defaultPrefix = parseImagePath('/app');

/**
 * Every package is a placement of its own where it lies, less the packages in its node_modules. All links are one more, and so is
 * what belongs to no package.
 */
export async function placeProject(
  input: InputDirectory,
  options: NpmOptions,
  context: PackContext,
): Promise<readonly NpmPlacement[]> {
  const project = readProject(await input.entries(), input.name);
  leaveOutApplication(project, context);
  const manifest = await projectManifest(project);
  const all = await findInstalled(project, context);
  const installed = withoutOmitted(project, manifest, all, options, context);
  const relations = relationsOf(project, manifest, installed);
  const witness = new LockWitness(await readLocks(project, context));

  const prefix = options.prefix ?? defaultPrefix;
  const placements: NpmPlacement[] = [];
  const escaping: LinkEntry[] = [];
  for (const one of installed.packages) {
    const entries = await packageTree(one, escaping, context);
    const { folder, manifest, isFirstParty } = one;
    if (entries.length === 0) continue;
    placements.push({
      path: joinImagePath(prefix, folder.path),
      origin: `${project.name}/${folder.path}`,
      content: { kind: 'tree', entries },
      part: {
        ...{ kind: 'package', folder: folder.path, manifest, isFirstParty, locked: witness.of(one) },
        relation: relations.get(folder.path),
      },
    });
  }
  witness.warnOfDisagreement(project.name, context);
  warnOfRewritten(installed.packages, context);

  const links = [...installed.links, ...escaping, ...(await commandLinks(project, installed, context))];
  const rest = { path: prefix, origin: project.name };
  if (links.length > 0)
    placements.push({ ...rest, content: { kind: 'tree', entries: links }, part: { kind: 'links' } });
  const strays = installed.strays.filter((entry) => isShipped(entry, context));
  if (strays.length > 0)
    placements.push({ ...rest, content: { kind: 'tree', entries: strays }, part: { kind: 'strays' } });
  return placements;
}

/** Read also where nothing is asked of it: with one that is broken, npm ci refuses the project, too. */
async function projectManifest({ root, name }: Project): Promise<PackageManifest | undefined> {
  const file = fileIn(root, 'package.json');
  if (file === undefined) return undefined;
  return await readPackageManifest(file, `${name}/package.json`, { isFirstParty: true });
}

function leaveOutApplication(project: Project, { leaveOut }: PackContext): void {
  if (leaveOut === undefined) return;
  for (const { path } of entriesBelow(project.root)) {
    if (project.owns(path)) continue;
    leaveOut(
      path,
      evidenceFiles.has(path) ? "the application's; only read here" : "the application's own file",
    );
  }
}

function withoutOmitted(
  project: Project,
  manifest: PackageManifest | undefined,
  installed: Installed,
  options: NpmOptions,
  context: PackContext,
): Installed {
  const { omit, workspaces = [] } = options;
  if (omit.length + workspaces.length === 0) return installed;
  const omitted = omittedPackages(project, manifest, installed, options);
  const reason =
    workspaces.length === 0
      ? `only needed for what is omitted: ${[...omit].sort().join(', ')}`
      : `not needed by ${[...workspaces].sort().join(', ')}`;
  const leaveOut = (entries: readonly TreeEntry[]) => {
    for (const { path } of entries) context.leaveOut?.(path, reason);
  };
  const packages = installed.packages.filter((one) => !omitted.has(one.folder.path));
  for (const one of installed.packages) if (omitted.has(one.folder.path)) leaveOut(one.entries);
  const leadsToOmitted = ({ path }: LinkEntry) => {
    const target = itemAt(project.root, path);
    return target?.kind === 'folder' && omitted.has(target.path);
  };
  leaveOut(installed.links.filter(leadsToOmitted));
  return { ...installed, packages, links: installed.links.filter((link) => !leadsToOmitted(link)) };
}

/** @param escaping takes the links that leave the package, which its block cannot hold */
async function packageTree(
  one: InstalledPackage,
  escaping: LinkEntry[],
  { leaveOut }: PackContext,
): Promise<readonly TreeEntry[]> {
  const root = one.folder.path;
  const own: TreeEntry[] = [];
  for (const entry of one.entries) {
    if (entry.kind === 'symlink' && leavesFolder(entry, root)) escaping.push(entry);
    else own.push(entry);
  }
  if (one.isFirstParty) return own.map((entry) => movedEntry(entry, entry.path.slice(root.length + 1)));
  const tree = await publishedTree(own, root, one.manifest);
  for (const { path, reason } of tree.leftOut) leaveOut?.(path, reason);
  return tree.entries;
}

function leavesFolder({ path, target }: LinkEntry, root: string): boolean {
  const up = target.split('/').filter((name) => name === '..').length;
  return up > path.slice(root.length + 1).split('/').length - 1;
}

async function commandLinks(
  project: Project,
  installed: Installed,
  context: PackContext,
): Promise<LinkEntry[]> {
  const packages = new Map(installed.packages.map((one) => [one.folder.path, one]));
  const commands = new Commands(project, packages, context);
  const links: LinkEntry[] = [];
  for (const folder of installed.commandFolders) {
    for (const link of await commands.linksOf(folder)) links.push(link);
  }
  return links;
}

function isShipped(entry: TreeEntry, { leaveOut }: PackContext): boolean {
  if (entry.kind !== 'directory') return true;
  leaveOut?.(entry.path, 'an empty directory');
  return false;
}

function warnOfRewritten(packages: readonly InstalledPackage[], { warn }: PackContext): void {
  const rewritten = packages.filter(({ manifest }) => manifest.rewritten);
  const [first] = rewritten;
  if (first === undefined) return;
  warn({
    code: 'MANIFEST_REWRITTEN',
    message: `npm 6 or older wrote into the package.json of ${rewritten.length} packages, such as ${first.folder.path}; their blocks differ from what was published. Install with npm 7 or newer.`,
  });
}
