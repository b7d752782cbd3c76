import { compareBytewise } from '../image-path.ts';
import { type Import, importKind } from '../import-manifest.ts';

/**
 * The older import whose block is most like that of a newer one: the same component in another version, wherever it stood; else what stood at the
 * same path, numbers in names taken as one. What is chosen decides sizes alone.
 */
export function chooseBase(line: Import, olds: readonly Import[]): Import | undefined {
  const candidates = olds.filter((old) => importKind(old) === importKind(line));
  const identity = identityOf(line);
  const same = candidates.filter((old) => identity !== undefined && identityOf(old) === identity);
  const found = same.length > 0 ? same : candidates.filter((old) => patternOf(old) === patternOf(line));
  return [...found].sort(
    (a, b) => likeness(line, b) - likeness(line, a) || compareBytewise(a.path, b.path),
  )[0];
}

/** The purl without its version; undefined where it is no more than a folder's name. */
function identityOf({ attributes }: Import): string | undefined {
  const purl = attributes.get('purl');
  const name = purl?.replace(/[?#].*$/, '').replace(/@[^/]*$/, '');
  return purl?.startsWith('pkg:generic/') && name === purl ? undefined : name;
}

function patternOf({ path }: Import): string {
  return path.replace(/\d+/g, '#');
}

/** Of several versions of a component: the one at the same path, else the one in the same folder, else the one that begins most alike. */
function likeness(line: Import, old: Import): number {
  if (line.path === old.path) return Number.POSITIVE_INFINITY;
  let common = 0;
  while (common < line.path.length && line.path[common] === old.path[common]) common++;
  return common + (patternOf(line) === patternOf(old) ? line.path.length : 0);
}
