import { normalName } from './project-name.ts';

/**
 * Where the files of a distribution lie in one kind of input, and where they lie in its block.
 *
 * A block has the one layout in which everything lies below site-packages, that of `pip install --target`: modules at the root, scripts in
 * `bin/`, headers in `include/<name>/`, data such as `share/man` where the distribution says.
 */
export interface Scheme {
  /** Directory of the modules inside the input; empty for the input itself. */
  readonly sitePackages: string;
  /** What the paths of a RECORD count from: pip's `--target` writes them for a directory that is not there. */
  readonly recordBase: string;
  /** Normalised name of the distribution. */
  readonly distribution: string;
}

/** Where a file of a RECORD is. */
export interface FilePlace {
  readonly inInput: string;
  /** Relative to the block's root. */
  readonly inBlock: string;
}

/** @returns undefined for a path that leads out of the input */
export function placeOfRecorded(path: string, scheme: Scheme): FilePlace | undefined {
  const place = placeAsRecorded(path, scheme);
  return place && { ...place, inBlock: withHeadersOf(scheme.distribution, place.inBlock) };
}

function placeAsRecorded(path: string, scheme: Scheme): FilePlace | undefined {
  const within = resolved(scheme.recordBase, path);
  if (within === undefined) return undefined;
  const modules = below(scheme.recordBase, within);
  if (modules !== undefined) return { inInput: joined(scheme.sitePackages, modules), inBlock: modules };
  return { inInput: within, inBlock: besideModules(within) };
}

/** A path of a wheel as an installer spreads it; undefined for a category that no installer knows. */
export function placeInWheel(path: string, dataFolder: string): string | undefined {
  const place = placeAsSpread(path, dataFolder);
  return place && withHeadersOf(normalName(dataFolder.split('-')[0] ?? ''), place);
}

function placeAsSpread(path: string, dataFolder: string): string | undefined {
  const inside = below(dataFolder, path);
  if (inside === undefined) return path;
  const slash = inside.indexOf('/');
  const rest = inside.slice(slash + 1);
  switch (inside.slice(0, slash)) {
    case 'purelib':
    case 'platlib':
    case 'data':
      return rest;
    case 'scripts':
      return `bin/${rest}`;
    case 'headers':
      return `include/${dataFolder.split('-')[0]}/${rest}`;
    default:
      return undefined;
  }
}

const headers = /^include\/(?:site\/)?python(?:\d+\.\d+t?)?\/(?=[^/]+\/)/;
const scripts = /^Scripts\//;

function besideModules(path: string): string {
  return path.replace(headers, 'include/').replace(scripts, 'bin/');
}

/** Some installers spell the folder as the distribution does, others as the user did. */
function withHeadersOf(distribution: string, path: string): string {
  const [whole, name] = /^include\/([^/]+)\//.exec(path) ?? [];
  if (whole === undefined || name === undefined || normalName(name) !== distribution) return path;
  return `include/${distribution}/${path.slice(whole.length)}`;
}

function resolved(base: string, path: string): string | undefined {
  if (path.startsWith('/') || path.length > 4095) return undefined;
  const names = base === '' ? [] : base.split('/');
  for (const name of path.split('/')) {
    if (name === '..') {
      if (names.pop() === undefined) return undefined;
    } else if (name !== '.' && name !== '') names.push(name);
  }
  return names.join('/');
}

/** What follows the folder in the path; undefined when it does not lie below. */
export function below(folder: string, path: string): string | undefined {
  if (folder === '') return path;
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}

export function joined(folder: string, path: string): string {
  return folder === '' ? path : `${folder}/${path}`;
}
