import type { Package } from '../contents/package.ts';
import { compareVersions } from '../versions/compare-versions.ts';
import { changeKind, type VersionStep } from '../versions/version-step.ts';

/** A package before and what became of it; one side alone where it is new or gone. */
export interface PackagePair {
  readonly before?: Package;
  readonly after?: Package;
}

/**
 * Finds for each package what became of it. Packages of one name are paired first by content, then by version, then at the same paths, then
 * in the same directory, then by the smallest step; what is left over by content, and jars whose group is known on one side alone by artifact.
 */
export function pairPackages(before: readonly Package[], after: readonly Package[]): readonly PackagePair[] {
  const unpaired: Sides = { before: [], after: [] };
  const pairs: PackagePair[] = [];
  for (const sides of byKey(before, after, identity)) pairs.push(...pairAll(sides, sameNameRules, unpaired));
  const renamed: Sides = { before: [], after: [] };
  for (const sides of byKey(unpaired.before, unpaired.after, ({ digest }) => digest))
    pairs.push(...pairAll(sides, [() => true], renamed));
  const single: Sides = { before: [], after: [] };
  for (const sides of byKey(renamed.before, renamed.after, artifact))
    pairs.push(...pairAll(sides, isAlone(sides) ? [isGroupFound] : [], single));
  return [
    ...pairs,
    ...single.before.map((one) => ({ before: one })),
    ...single.after.map((one) => ({ after: one })),
  ];
}

interface Sides {
  readonly before: Package[];
  readonly after: Package[];
}

/** True where two packages belong together. */
type Rule = (before: Package, after: Package) => boolean;

const sameNameRules: readonly Rule[] = [
  (a, b) => a.digest === b.digest && a.version === b.version && overlaps(a.paths, b.paths),
  (a, b) => a.digest === b.digest,
  (a, b) => a.version === b.version && overlaps(a.paths, b.paths),
  (a, b) => overlaps(a.paths, b.paths),
  (a, b) => overlaps(a.paths.map(parent), b.paths.map(parent)),
  () => true,
];

function identity({ ecosystem, name, packer, role }: Package): string {
  return JSON.stringify([ecosystem, name, role === 'dependency' ? '' : packer]);
}

function artifact({ ecosystem, name, digest }: Package): string {
  return ecosystem === 'maven' ? name.slice(name.indexOf(':') + 1) : digest;
}

function isAlone({ before, after }: Sides): boolean {
  return before.length === 1 && after.length === 1;
}

function isGroupFound(before: Package, after: Package): boolean {
  return before.isIdentified !== after.isIdentified;
}

function byKey(
  before: readonly Package[],
  after: readonly Package[],
  key: (one: Package) => string,
): Sides[] {
  const groups = new Map<string, Sides>();
  const groupOf = (one: Package) => {
    const name = key(one);
    const known = groups.get(name) ?? { before: [], after: [] };
    groups.set(name, known);
    return known;
  };
  for (const one of before) groupOf(one).before.push(one);
  for (const one of after) groupOf(one).after.push(one);
  return [...groups.values()];
}

/** More than any tree of packages has of one name; beyond it no choice is made among them. */
const choiceLimit = 64;

/** The pairs, rule by rule; what no rule pairs goes to `rest`. */
function pairAll(sides: Sides, rules: readonly Rule[], rest: Sides): PackagePair[] {
  const pairs: PackagePair[] = [];
  const before = new Set(sides.before);
  const after = new Set(sides.after);
  const isHuge = before.size > choiceLimit && after.size > choiceLimit;
  for (const rule of isHuge ? rules.slice(-1) : rules) {
    if (before.size === 0 || after.size === 0) break;
    const candidates = isHuge ? inOrder(before, after) : nearestFirst(before, after, rule);
    for (const pair of candidates) {
      if (!before.has(pair.before) || !after.has(pair.after)) continue;
      before.delete(pair.before);
      after.delete(pair.after);
      pairs.push(pair);
    }
  }
  rest.before.push(...before);
  rest.after.push(...after);
  return pairs;
}

interface WholePair {
  readonly before: Package;
  readonly after: Package;
}

function inOrder(before: ReadonlySet<Package>, after: ReadonlySet<Package>): WholePair[] {
  const others = [...after];
  return [...before].flatMap((one, at) => {
    const other = others[at];
    return other === undefined ? [] : [{ before: one, after: other }];
  });
}

function nearestFirst(before: ReadonlySet<Package>, after: ReadonlySet<Package>, rule: Rule): WholePair[] {
  const pairs = [...before].flatMap((one) =>
    [...after].filter((other) => rule(one, other)).map((other) => ({ before: one, after: other })),
  );
  if (pairs.length < 2) return pairs;
  return pairs
    .map((pair) => ({ pair, step: stepLength(pair) }))
    .sort((a, b) => a.step - b.step || newestFirst(a.pair, b.pair))
    .map(({ pair }) => pair);
}

const lengths: Readonly<Record<VersionStep, number>> = {
  same: 0,
  prerelease: 1,
  patch: 2,
  minor: 3,
  major: 4,
  downgrade: 5,
  unknown: 6,
};

function stepLength({ before, after }: WholePair): number {
  return lengths[stepOf(before, after)];
}

/** Of equal steps the one from the newest, which is the nearest. */
function newestFirst(a: WholePair, b: WholePair): number {
  const { ecosystem } = a.before;
  const version = (one: Package) => one.version ?? '';
  return (
    compareVersions(ecosystem, version(b.before), version(a.before)) ||
    compareVersions(ecosystem, version(a.after), version(b.after))
  );
}

export function stepOf(before: Package, after: Package): VersionStep {
  return changeKind(after.ecosystem, before.version, after.version);
}

function overlaps(a: readonly string[], b: readonly string[]): boolean {
  const known = new Set(a);
  return b.some((path) => known.has(path));
}

function parent(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
