import { compareBytewise } from '../image-path.ts';
import { type Import, importKind } from '../import-manifest.ts';

/**
 * Finds the older import whose block is most like that of a newer one: the same component in the nearest version, wherever it stood; else what stood
 * at the same path, numbers in names taken as one. What is chosen decides sizes alone.
 */
export function baseChooser(olds: readonly Import[]): (line: Import) => Import | undefined {
  const byComponent = new Map<string, Import[]>();
  const byPattern = new Map<string, Import[]>();
  for (const old of olds) {
    const component = componentOf(old);
    if (component !== undefined) add(byComponent, keyOf(old, component), old);
    add(byPattern, keyOf(old, patternOf(old)), old);
  }
  return (line) => {
    const component = componentOf(line);
    const same = component === undefined ? undefined : byComponent.get(keyOf(line, component));
    return likest(line, same ?? byPattern.get(keyOf(line, patternOf(line))) ?? []);
  };
}

/**
 * For each import the most alike of those before it: its component in another version, under the same name but for numbers, or what stood at the same
 * path of another image. Undefined where none is.
 */
export function earlierVersions(lines: readonly Import[]): readonly (Import | undefined)[] {
  const byName = new Map<string, Import[]>();
  return lines.map((line) => {
    const component = componentOf(line);
    const name = component === undefined ? line.path : `${component} ${patternOf(line).replace(/^.*\//, '')}`;
    const found = likest(line, byName.get(keyOf(line, name)) ?? []);
    add(byName, keyOf(line, name), line);
    return found;
  });
}

/** The purl without version, qualifiers and subpath; undefined where it is no more than a folder's name. */
export function componentOf({ attributes }: Pick<Import, 'attributes'>): string | undefined {
  const purl = attributes.get('purl');
  const name = purl?.replace(/[?#].*$/, '').replace(/@[^/]*$/, '');
  return purl?.startsWith('pkg:generic/') && name === purl ? undefined : name;
}

function keyOf(line: Import, name: string): string {
  return `${importKind(line)} ${name}`;
}

function add(index: Map<string, Import[]>, key: string, old: Import): void {
  const known = index.get(key);
  if (known === undefined) index.set(key, [old]);
  else known.push(old);
}

function patternOf({ path }: Import): string {
  return path.replace(/\d+/g, '#');
}

function likest(line: Import, olds: readonly Import[]): Import | undefined {
  return olds.reduce<Import | undefined>(
    (best, old) => (best === undefined || isLiker(line, old, best) ? old : best),
    undefined,
  );
}

function isLiker(line: Import, old: Import, other: Import): boolean {
  const version = versionOf(line);
  const nearer = compareNearness(nearness(version, versionOf(old)), nearness(version, versionOf(other)));
  if (nearer !== 0) return nearer > 0;
  const liker = likeness(line, old) - likeness(line, other);
  return liker > 0 || (liker === 0 && compareBytewise(old.path, other.path) < 0);
}

/** Numbers and words of a version; none where it is not known. */
function versionOf({ attributes }: Import): readonly string[] {
  const [, version = ''] = /@([^/?#]*)(?:[?#].*)?$/.exec(attributes.get('purl') ?? '') ?? [];
  return version.match(/\d+|[A-Za-z]+/g) ?? [];
}

interface Nearness {
  /** Parts that are the same, from the first on. */
  readonly common: number;
  /** Between the first that are not. */
  readonly distance: number;
}

function nearness(version: readonly string[], other: readonly string[]): Nearness {
  let common = 0;
  while (common < version.length && version[common] === other[common]) common++;
  const distance = Math.abs(Number(version[common] ?? 0) - Number(other[common] ?? 0));
  return { common, distance: Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance };
}

function compareNearness(a: Nearness, b: Nearness): number {
  if (a.common !== b.common) return a.common - b.common;
  return a.distance === b.distance ? 0 : b.distance - a.distance;
}

/** Of one version: the import at the same path, else the one in the same folder, else the one that begins most alike. */
function likeness(line: Import, old: Import): number {
  if (line.path === old.path) return Number.POSITIVE_INFINITY;
  let common = 0;
  while (common < line.path.length && line.path[common] === old.path[common]) common++;
  return common + (patternOf(line) === patternOf(old) ? line.path.length : 0);
}
