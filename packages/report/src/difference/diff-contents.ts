import type { Digest } from '@block-pack/core';
import type { CarriedLayer, Contents } from '../contents/contents.ts';
import type { Package } from '../contents/package.ts';
import { comparePackages } from '../contents/packages-of.ts';
import {
  type ChangeKind,
  type ContentsDifference,
  type DifferenceFigures,
  type PackageChange,
  shownPackage,
} from './difference.ts';
import { insideDifference } from './inside.ts';
import { type PackagePair, pairPackages, stepOf } from './pair-packages.ts';

/** What changes from one to the other, and which bytes have to be shipped for it. */
export function diffContents(before: Contents, after: Contents): ContentsDifference {
  const had = blockSizes(before);
  const toShip = new Map([...blockSizes(after)].filter(([digest]) => !had.has(digest)));
  const layers = {
    added: missingFrom(before.layers, after.layers),
    removed: missingFrom(after.layers, before.layers),
  };
  const changes = [...pairPackages(before.packages, after.packages)]
    .sort((a, b) => comparePackages(shownPackage(a), shownPackage(b)))
    .map((pair) => changeOf(pair, toShip))
    .sort(byShip);
  return {
    before: { name: before.name, source: before.source },
    after: { name: after.name, source: after.source },
    figures: figuresOf(before, after, changes, layers.added),
    changes,
    layers,
  };
}

/** @param toShip what nobody has accounted for yet; what this change does is taken from it */
function changeOf(pair: PackagePair, toShip: Map<Digest, number>): PackageChange {
  const { before, after } = pair;
  const ship = after === undefined ? 0 : (toShip.get(after.digest) ?? 0);
  if (after !== undefined) toShip.delete(after.digest);
  if (before === undefined || after === undefined) {
    return { ...pair, kind: before === undefined ? 'new' : 'removed', step: 'unknown', ship };
  }
  const change = { ...pair, kind: kindOf(before, after), step: stepOf(before, after), ship } as const;
  const [old, current] = [before.facts?.entries, after.facts?.entries];
  if (change.kind !== 'changed' || old === undefined || current === undefined) return change;
  return { ...change, inside: insideDifference(old, current) };
}

function kindOf(before: Package, after: Package): ChangeKind {
  if (before.digest !== after.digest) return 'changed';
  const isSame = before.purl === after.purl && before.paths.join('\n') === after.paths.join('\n');
  return isSame ? 'unchanged' : 'moved';
}

function figuresOf(
  before: Contents,
  after: Contents,
  changes: readonly PackageChange[],
  added: readonly CarriedLayer[],
): DifferenceFigures {
  const bytes = contentsBytes(after);
  const ship = changes.reduce((sum, change) => sum + change.ship, 0) + layerBytes(added);
  const number = (kind: ChangeKind) => changes.filter((change) => change.kind === kind).length;
  return {
    bytes,
    ship,
    reused: bytes - ship,
    reusedShare: bytes === 0 ? 1 : (bytes - ship) / bytes,
    unknownSizes: unknownSizes([before, after]),
    packages: {
      changed: number('changed'),
      new: number('new'),
      removed: number('removed'),
      moved: number('moved'),
      unchanged: number('unchanged'),
    },
  };
}

/** All blocks, each counted once, and the layers that no import manifest explains. */
export function contentsBytes(contents: Contents): number {
  return [...blockSizes(contents).values()].reduce((sum, size) => sum + size, layerBytes(contents.layers));
}

function blockSizes({ packages }: Contents): Map<Digest, number> {
  return new Map(packages.map(({ digest, size }) => [digest, size ?? 0]));
}

export function unknownSizes(all: readonly Contents[]): number {
  const unknown = all.flatMap(({ packages }) => packages.filter(({ size }) => size === undefined));
  return new Set(unknown.map(({ digest }) => digest)).size;
}

function layerBytes(layers: readonly CarriedLayer[]): number {
  return layers.reduce((sum, { size }) => sum + size, 0);
}

function missingFrom(had: readonly CarriedLayer[], wanted: readonly CarriedLayer[]): CarriedLayer[] {
  const digests = new Set(had.map(({ digest }) => digest));
  return wanted.filter(({ digest }) => !digests.has(digest));
}

const kindOrder: readonly ChangeKind[] = ['changed', 'new', 'removed', 'moved', 'unchanged'];

/** What ships most first; what is unchanged last. */
function byShip(a: PackageChange, b: PackageChange): number {
  return (
    Number(a.kind === 'unchanged') - Number(b.kind === 'unchanged') ||
    b.ship - a.ship ||
    kindOrder.indexOf(a.kind) - kindOrder.indexOf(b.kind) ||
    comparePackages(shownPackage(a), shownPackage(b))
  );
}
