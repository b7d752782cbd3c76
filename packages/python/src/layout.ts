import { compareBytewise, type InputDirectory, type TreeEntry } from '@block-pack/core';
import { distInfoParts } from './project-name.ts';
import {
  noDistributions,
  refuseConda,
  refuseEggs,
  refuseSingleWheel,
  refuseSources,
  refuseWholePython,
  severalPythons,
} from './wrong-input.ts';

/** The shapes that distributions are delivered in. */
export type Layout =
  | {
      readonly kind: 'environment';
      readonly entries: readonly TreeEntry[];
      /** Directory of the modules, such as `lib/python3.11/site-packages`. */
      readonly sitePackages: string;
    }
  /** The modules at the root, and `bin` among them. */
  | { readonly kind: 'target'; readonly entries: readonly TreeEntry[] }
  | { readonly kind: 'wheels'; readonly entries: readonly TreeEntry[] };

const environmentModules = /^(lib\/(?:python|pypy)\d+\.\d+t?\/site-packages|Lib\/site-packages)\//;

/**
 * Recognises what was given by what lies inside.
 * @throws INPUT_EMPTY or INPUT_UNSUPPORTED with a better path to give, where one is seen
 */
export async function recogniseLayout(input: InputDirectory): Promise<Layout> {
  refuseSingleWheel(input);
  const entries = [...(await input.entries())].sort((a, b) => compareBytewise(a.path, b.path));
  refuseConda(input.name, entries);
  const [sitePackages, second] = moduleFolders(entries);
  if (second !== undefined) throw severalPythons(input.name, moduleFolders(entries));
  refuseWholePython(input.name, entries);
  const isTarget = entries.some(({ path }) => distInfoParts(topName(path)) !== undefined);
  if (sitePackages !== undefined || isTarget) refuseEggs(input.name, entries);
  if (sitePackages !== undefined) return { kind: 'environment', entries, sitePackages };
  if (isTarget) return { kind: 'target', entries };
  if (entries.some(isWheel)) {
    refuseSources(input.name, entries);
    return { kind: 'wheels', entries };
  }
  throw noDistributions(input.name, entries);
}

export function isWheel(entry: TreeEntry): boolean {
  return entry.kind === 'file' && /^[^/]+\.whl$/i.test(entry.path);
}

/** The directories that hold distributions; one that is there but empty, such as a Python's own, does not count. */
function moduleFolders(entries: readonly TreeEntry[]): string[] {
  const folders = new Set<string>();
  for (const { path } of entries) {
    const folder = environmentModules.exec(path)?.[1];
    if (folder !== undefined && distInfoParts(topName(path.slice(folder.length + 1)))) folders.add(folder);
  }
  return [...folders];
}

function topName(path: string): string {
  return path.split('/', 1)[0] ?? path;
}
