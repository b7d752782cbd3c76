import {
  BlockPackError,
  type ImagePath,
  type InputDirectory,
  joinImagePath,
  movedEntry,
  type PackContext,
  parseImagePath,
  type TreeEntry,
} from '@block-pack/core';
import { bytecodePlacements, type OpenCompiler } from './bytecode.ts';
import type { Distribution } from './distribution.ts';
import { type InstalledLayout, readInstalled } from './installed.ts';
import { isWheel, type Layout, recogniseLayout } from './layout.ts';
import { warnOfNames } from './name-witness.ts';
import { type Settled, settleOwnership } from './ownership.ts';
import type { DistributionPart, PythonPlacement } from './placement.ts';
import { normalName } from './project-name.ts';
import { readText } from './read-text.ts';
import { below } from './scheme.ts';
import { scriptFiles } from './scripts.ts';
import { unownedPlace } from './unowned.ts';
import { type OpenWheel, readWheel } from './wheel.ts';

/** What placing depends on. */
export interface PlaceOptions {
  readonly prefix?: ImagePath | undefined;
  readonly python: string;
  readonly openWheel: OpenWheel;
  readonly openCompiler?: OpenCompiler | undefined;
}

/** Every distribution is a tree at the prefix; their scripts are one tree below it, and what is left another. */
export async function placeInput(
  input: InputDirectory,
  options: PlaceOptions,
  context: PackContext,
): Promise<readonly PythonPlacement[]> {
  const prefix = options.prefix ?? parseImagePath('/app/site-packages');
  const layout = await recogniseLayout(input);
  warnOfWindows(input.name, layout, context);
  await warnOfSystemPackages(input.name, layout, context);
  const { distributions, rest } = await readAll(input.name, layout, options, context);
  refuseTwice(input.name, distributions);
  warnOfNames(distributions, context);
  const settled = await settleOwnership(distributions, context);
  const placements = settled.map((one) => distributionPlacement(one, prefix));
  const scripts = scriptFiles(settled, options.python, context);
  if (scripts.length > 0)
    placements.push({
      path: joinImagePath(prefix, 'bin'),
      origin: `${input.name}: scripts`,
      content: { kind: 'tree', entries: scripts },
      part: { kind: 'scripts' },
    });
  if (rest.length > 0)
    placements.push({
      path: prefix,
      origin: input.name,
      content: { kind: 'tree', entries: rest },
      part: { kind: 'rest' },
    });
  return [...placements, ...(await bytecodePlacements(input.name, layout, placements, options, context))];
}

/** @see https://docs.python.org/3/library/venv.html (include-system-site-packages) */
async function warnOfSystemPackages(name: string, layout: Layout, context: PackContext): Promise<void> {
  if (layout.kind !== 'environment') return;
  const settings = layout.entries.find(({ path }) => path === 'pyvenv.cfg');
  if (settings?.kind !== 'file') return;
  const text = await readText(settings, `${name}/pyvenv.cfg`);
  if (!/^include-system-site-packages\s*=\s*true\s*$/im.test(text)) return;
  context.warn({
    code: 'SYSTEM_PACKAGES',
    message: `${name} also uses what is installed in the system's Python, which is not packed: what the application needs of it will be missing. Make the environment without --system-site-packages.`,
  });
}

interface Read {
  readonly distributions: readonly Distribution[];
  /** Files that belong to no distribution, by their paths below the prefix. */
  readonly rest: readonly TreeEntry[];
}

async function readAll(
  name: string,
  layout: Layout,
  options: PlaceOptions,
  context: PackContext,
): Promise<Read> {
  switch (layout.kind) {
    case 'environment':
    case 'target': {
      const { distributions, unowned } = await readInstalled(name, layout, context);
      return { distributions, rest: restOf(layout, unowned, context) };
    }
    case 'wheels': {
      const distributions: Distribution[] = [];
      for (const entry of layout.entries) {
        if (entry.kind === 'file' && isWheel(entry))
          distributions.push(await readWheel(name, entry, options.openWheel));
        else context.leaveOut?.(entry.path, 'is no wheel');
      }
      return { distributions, rest: [] };
    }
  }
}

function restOf(layout: InstalledLayout, unowned: readonly TreeEntry[], context: PackContext): TreeEntry[] {
  const rest: TreeEntry[] = [];
  const outside: string[] = [];
  for (const entry of unowned) {
    const place = unownedPlace(entry, layout);
    if (place.kind === 'left out') context.leaveOut?.(entry.path, place.reason);
    else {
      rest.push(movedEntry(entry, place.path));
      if (layout.kind === 'environment' && below(layout.sitePackages, entry.path) === undefined)
        outside.push(entry.path);
    }
  }
  warnOfOutside(outside, context);
  return rest;
}

const namesShown = 5;

/** Somebody has put them there; whether they belong in an image, such as a file of secrets, nobody but the user knows. */
function warnOfOutside(paths: readonly string[], context: PackContext): void {
  if (paths.length === 0) return;
  const more = paths.length > namesShown ? ` and ${paths.length - namesShown} more` : '';
  context.warn({
    code: 'FILES_OUTSIDE',
    message: `Files of the environment that are neither modules nor a distribution's are packed, too: ${paths.slice(0, namesShown).join(', ')}${more}. Remove them if they do not belong in the image.`,
  });
}

function distributionPlacement(
  { distribution, files, elsewhere }: Settled,
  prefix: ImagePath,
): PythonPlacement {
  const { origin, name, version, source, distInfo, tags, isLocal, wheel } = distribution;
  const entries = [...files].map(([path, entry]) => movedEntry(entry, path));
  const recorded = [...distribution.recorded.values()];
  const part: DistributionPart = {
    kind: 'distribution',
    name,
    version,
    source,
    distInfo,
    tags,
    recorded,
    isLocal,
    elsewhere,
  };
  return {
    path: prefix,
    origin,
    content: { kind: 'tree', entries },
    part: wheel === undefined ? part : { ...part, wheel },
  };
}

/** Two of one distribution cannot stand in one site-packages. @throws IMPORT_COLLISION */
function refuseTwice(name: string, distributions: readonly Distribution[]): void {
  const seen = new Map<string, Distribution>();
  for (const one of distributions) {
    const key = normalName(one.name);
    const other = seen.get(key);
    seen.set(key, one);
    if (other === undefined) continue;
    throw new BlockPackError(
      'IMPORT_COLLISION',
      `${name} has ${one.name} twice: ${other.origin} and ${one.origin}`,
      {
        hint: 'Remove one of the two; for wheels of several platforms, give each platform a directory of its own.',
        details: { path: name, distribution: one.name },
      },
    );
  }
}

/** Windows keeps no executable bits, and a RECORD does not list them. */
function warnOfWindows(name: string, layout: Layout, context: PackContext): void {
  if (layout.kind !== 'environment' || layout.sitePackages !== 'Lib/site-packages') return;
  context.warn({
    code: 'MODES_UNKNOWN',
    message: `${name} was made on Windows, where no file is executable: blocks with programs are others than on Linux. Give the wheels instead (pip download)`,
  });
}
