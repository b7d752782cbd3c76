import { compareBytewise, type Digest } from '@block-pack/core';
import type { Contents } from '../contents/contents.ts';
import { licenseText } from '../contents/license-text.ts';
import type { Package } from '../contents/package.ts';
import { comparePackages } from '../contents/packages-of.ts';
import { contentsBytes, unknownSizes } from '../difference/diff-contents.ts';
import type {
  BlockCopies,
  ContentsSummary,
  Duplicate,
  EcosystemShare,
  IntegritySummary,
  LicenseUse,
} from './summary.ts';

/** How many of the largest packages are named. */
const largestShown = 20;

export function summarize(contents: Contents): ContentsSummary {
  const packages = [...contents.packages].sort(largestFirst);
  const dependencies = packages.filter(({ role }) => role === 'dependency');
  return {
    packages: packages.length,
    blocks: new Set(packages.map(({ digest }) => digest)).size,
    bytes: contentsBytes(contents),
    layerBytes: contents.layers.reduce((sum, { size }) => sum + size, 0),
    unknownSizes: unknownSizes([contents]),
    ecosystems: ecosystemsOf(packages),
    largest: packages.slice(0, largestShown),
    duplicates: duplicatesOf(dependencies),
    copies: copiesOf(packages),
    unidentified: dependencies.filter(({ isIdentified }) => !isIdentified),
    integrity: integrityOf(dependencies),
    installScripts: dependencies.filter(({ hasInstallScript }) => hasInstallScript === true),
    nativeCode: packages.filter(({ facts }) => facts !== undefined && facts.nativeCode.length > 0),
    licenses: licensesOf(dependencies),
    notLookedInto: dependencies.filter(({ facts }) => facts === undefined).length,
  };
}

/** Those of most bytes first. */
export function largestFirst(a: Package, b: Package): number {
  return (b.size ?? 0) - (a.size ?? 0) || comparePackages(a, b);
}

function ecosystemsOf(packages: readonly Package[]): EcosystemShare[] {
  return [...groupedBy(packages, ({ ecosystem }) => ecosystem)]
    .map(([ecosystem, members]) => ({ ecosystem, packages: members.length, bytes: blockBytes(members) }))
    .sort((a, b) => b.bytes - a.bytes || compareBytewise(a.ecosystem, b.ecosystem));
}

/** Each block counts once. */
function blockBytes(packages: readonly Package[]): number {
  const sizes = new Map<Digest, number>(packages.map(({ digest, size }) => [digest, size ?? 0]));
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

function duplicatesOf(dependencies: readonly Package[]): Duplicate[] {
  const groups = groupedBy(dependencies, ({ ecosystem, name }) => JSON.stringify([ecosystem, name]));
  return [...groups.values()]
    .flatMap((members): Duplicate[] => {
      const packages = [...members].sort(comparePackages);
      const [first] = packages;
      if (first === undefined || new Set(packages.map(({ digest }) => digest)).size < 2) return [];
      const { ecosystem, name } = first;
      return [{ ecosystem, name, packages, extraBytes: blockBytes(packages.slice(0, -1)) }];
    })
    .sort((a, b) => b.extraBytes - a.extraBytes || compareBytewise(a.name, b.name));
}

function copiesOf(packages: readonly Package[]): BlockCopies[] {
  return [...groupedBy(packages, ({ digest }) => digest)]
    .flatMap(([digest, members]): BlockCopies[] => {
      const [first] = members;
      const paths = members.reduce((sum, member) => sum + member.paths.length, 0);
      if (first === undefined || paths < 2) return [];
      return [{ digest, package: first, paths, extraBytes: (first.size ?? 0) * (paths - 1) }];
    })
    .sort((a, b) => b.extraBytes - a.extraBytes || comparePackages(a.package, b.package));
}

function integrityOf(dependencies: readonly Package[]): IntegritySummary {
  const inState = (state: string) =>
    dependencies.filter(({ integrity }) => (integrity?.state ?? 'unknown') === state);
  return { verified: inState('verified').length, modified: inState('modified'), unknown: inState('unknown') };
}

function licensesOf(dependencies: readonly Package[]): LicenseUse[] {
  const known = dependencies.filter(({ facts }) => facts !== undefined);
  return [...groupedBy(known, ({ facts }) => licenseText(facts?.licenses ?? []))]
    .map(([license, packages]) => (license === undefined ? { packages } : { license, packages }))
    .sort(
      (a, b) => b.packages.length - a.packages.length || compareBytewise(a.license ?? '', b.license ?? ''),
    );
}

function groupedBy<K>(packages: readonly Package[], key: (one: Package) => K): Map<K, Package[]> {
  const groups = new Map<K, Package[]>();
  for (const one of packages) {
    const group = groups.get(key(one));
    if (group === undefined) groups.set(key(one), [one]);
    else group.push(one);
  }
  return groups;
}
