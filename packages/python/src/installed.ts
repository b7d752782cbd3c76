import type { PackContext, TreeEntry } from '@block-pack/core';
import { asPublished, type Distribution, type FoundDistribution } from './distribution.ts';
import type { Layout } from './layout.ts';
import { distInfoParts, normalName } from './project-name.ts';
import { readText } from './read-text.ts';
import { parseRecord, type RecordLine, recordInvalid } from './record.ts';
import { joined, placeOfRecorded, type Scheme } from './scheme.ts';
import { editable, noRecord } from './wrong-input.ts';

export type InstalledLayout = Exclude<Layout, { kind: 'wheels' }>;

/** What was installed, and what of the input belongs to nobody. */
export interface Installed {
  readonly distributions: readonly Distribution[];
  readonly unowned: readonly TreeEntry[];
}

/** Reads every distribution of an environment or a target directory by its RECORD. @throws INPUT_UNSUPPORTED, EVIDENCE_INVALID */
export async function readInstalled(
  name: string,
  layout: InstalledLayout,
  context: PackContext,
): Promise<Installed> {
  const byPath = new Map(layout.entries.map((entry) => [entry.path, entry]));
  const owned = new Set<string>();
  const told = new Set<string>();
  const distributions: Distribution[] = [];
  for (const [folder, inside] of distInfoFolders(layout)) {
    const { found, places } = await findInstalled(name, folder, inside, layout, byPath);
    for (const path of places.values()) owned.add(path);
    const leaveOut = (inBlock: string, reason: string) => {
      const path = places.get(inBlock);
      if (path === undefined || told.has(path)) return;
      told.add(path);
      context.leaveOut?.(path, reason);
    };
    distributions.push(await asPublished(found, leaveOut));
  }
  return { distributions, unowned: layout.entries.filter(({ path }) => !owned.has(path)) };
}

function sitePackagesOf(layout: InstalledLayout): string {
  return layout.kind === 'environment' ? layout.sitePackages : '';
}

/** The `*.dist-info` directories and what lies in them. */
function distInfoFolders(layout: InstalledLayout): Map<string, TreeEntry[]> {
  const base = sitePackagesOf(layout);
  const folders = new Map<string, TreeEntry[]>();
  for (const entry of layout.entries) {
    if (base !== '' && !entry.path.startsWith(`${base}/`)) continue;
    const [folder = '', ...rest] = entry.path.slice(base === '' ? 0 : base.length + 1).split('/');
    if (rest.length === 0 || distInfoParts(folder) === undefined) continue;
    const inside = folders.get(folder);
    if (inside === undefined) folders.set(folder, [entry]);
    else inside.push(entry);
  }
  return folders;
}

interface FoundInstalled {
  readonly found: FoundDistribution;
  /** Paths in the input by paths in the block. */
  readonly places: ReadonlyMap<string, string>;
}

async function findInstalled(
  name: string,
  distInfo: string,
  inside: readonly TreeEntry[],
  layout: InstalledLayout,
  byPath: ReadonlyMap<string, TreeEntry>,
): Promise<FoundInstalled> {
  const base = sitePackagesOf(layout);
  const folder = joined(base, distInfo);
  const record = byPath.get(`${folder}/RECORD`);
  if (record === undefined) throw noRecord(name, folder);
  const isLocal = await isFromDirectory(name, folder, byPath);
  const origin = `${name}/${folder}`;
  const lines = parseRecord(await readText(record, `${origin}/RECORD`), `${origin}/RECORD`);
  const scheme = schemeOf(base, normalName(distInfoParts(distInfo)?.name ?? ''), lines);
  const files = new Map<string, TreeEntry>();
  const recorded = new Map<string, RecordLine>();
  const places = new Map<string, string>();
  for (const [at, line] of lines.entries()) {
    const place = placeOfRecorded(line.path, scheme);
    if (place === undefined) throw leadsOut(origin, at, line);
    checkTwice(origin, at, line, recorded.get(place.inBlock));
    recorded.set(place.inBlock, { ...line, path: place.inBlock });
    const entry = byPath.get(place.inInput);
    if (entry === undefined) continue;
    files.set(place.inBlock, entry);
    places.set(place.inBlock, entry.path);
  }
  for (const entry of inside) {
    const inBlock = entry.path.slice(base === '' ? 0 : base.length + 1);
    files.set(inBlock, entry);
    places.set(inBlock, entry.path);
  }
  return { found: { origin, distInfo, files, recorded, isLocal }, places };
}

/**
 * In a target directory, pip writes paths as if the modules lay in `lib/python`, uv as if everything lay beside them; a directory that
 * was taken out of an environment has the environment's.
 */
function schemeOf(sitePackages: string, distribution: string, lines: readonly RecordLine[]): Scheme {
  if (sitePackages !== '') return { sitePackages, recordBase: sitePackages, distribution };
  const isTakenOut = lines.some(({ path }) => path.startsWith('../../../'));
  return { sitePackages, recordBase: isTakenOut ? 'lib/python/site-packages' : 'lib/python', distribution };
}

/**
 * Whether it was installed from a directory of the machine, as pip and uv do it for the project itself.
 * @throws INPUT_UNSUPPORTED for an editable installation, whose files are still there
 * @see https://packaging.python.org/en/latest/specifications/direct-url-data-structure/
 */
async function isFromDirectory(
  name: string,
  folder: string,
  byPath: ReadonlyMap<string, TreeEntry>,
): Promise<boolean> {
  const entry = byPath.get(`${folder}/direct_url.json`);
  if (entry === undefined) return false;
  const info = directoryInfo(await readText(entry, `${name}/${folder}/direct_url.json`));
  if (info?.editable === true) throw editable(name, folder);
  return info !== undefined;
}

/** What the file says of a directory; what else it says is the installer's affair, and need not even be JSON. */
function directoryInfo(json: string): { readonly editable?: unknown } | undefined {
  try {
    const info: unknown = JSON.parse(json)?.dir_info;
    return typeof info === 'object' && info !== null ? info : undefined;
  } catch {
    return undefined;
  }
}

function leadsOut(origin: string, at: number, line: RecordLine) {
  return recordInvalid(
    `${origin}/RECORD`,
    at + 1,
    `${JSON.stringify(line.path.slice(0, 200))} leads out of the installation`,
  );
}

/** The same line twice says nothing new; two that differ cannot both be true. */
export function checkTwice(
  origin: string,
  at: number,
  line: RecordLine,
  earlier: RecordLine | undefined,
): void {
  if (earlier === undefined || (earlier.hash === line.hash && earlier.size === line.size)) return;
  throw recordInvalid(
    `${origin}/RECORD`,
    at + 1,
    `${JSON.stringify(line.path.slice(0, 200))} stands for the second time, with another hash`,
  );
}
