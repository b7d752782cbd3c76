import type { CarriedLayer } from '../contents/contents.ts';
import type { Package } from '../contents/package.ts';
import type {
  ChangeKind,
  ContentsDifference,
  DifferenceFigures,
  PackageChange,
} from '../difference/difference.ts';
import type { InsideDifference } from '../difference/inside.ts';
import { byteSize, count, percentage } from './byte-size.ts';
import { packageNotes } from './package-words.ts';

/** `ships 1.2 MB of 512.0 MB, 99.7 % reused; 3 changed, 2 new, 1 removed` */
export function differenceHeadline({ figures }: ContentsDifference): string {
  const { ship, bytes, reusedShare } = figures;
  const size = ship === 0 ? 'ships nothing' : `ships ${byteSize(ship)}`;
  return `${size} of ${byteSize(bytes)}, ${percentage(reusedShare)} reused; ${kindCounts(figures)}`;
}

const counted: readonly ChangeKind[] = ['changed', 'new', 'removed', 'moved'];

function kindCounts({ packages }: DifferenceFigures): string {
  const said = counted.filter((kind) => packages[kind] > 0).map((kind) => `${packages[kind]} ${kind}`);
  return said.length === 0 ? 'no package changed' : said.join(', ');
}

/** What else a reader has to know of the whole, a sentence each. */
export function differenceRemarks({ figures, layers }: ContentsDifference): string[] {
  const { exact, unknownSizes } = figures;
  const sum = (all: readonly CarriedLayer[]) => all.reduce((total, { size }) => total + size, 0);
  return [
    ...(exact === undefined ? [] : [`As a bundle: ${byteSize(exact)}.`]),
    ...(layers.added.length === 0
      ? []
      : [`Of that, ${count(layers.added.length, 'layer')} of the base: ${byteSize(sum(layers.added))}.`]),
    ...(unknownSizes === 0
      ? []
      : [`The size of ${count(unknownSizes, 'block')} is not known; it counts as 0.`]),
  ];
}

/** The kind of step where both versions are known, else what happened to the package. */
export function changeWord({ kind, step, before, after }: PackageChange): string {
  if (kind !== 'changed') return kind;
  if (step === 'same') return before?.version === after?.version ? 'same version' : 'same version, respelt';
  return step === 'unknown' ? 'changed' : step;
}

export function changeNotes(change: PackageChange, shown: Package): string[] {
  const { before, after, inside } = change;
  return [
    ...packageNotes(shown),
    ...(before?.hasInstallScript === false && after?.hasInstallScript === true
      ? ['install script is new']
      : []),
    ...(before !== undefined && after !== undefined && before.name !== after.name ? ['renamed'] : []),
    ...(inside === undefined ? [] : [insideCounts(inside)]),
  ];
}

export function insideCounts({ added, removed, changed, unchanged }: InsideDifference): string {
  const said = [
    ...(changed === 0 ? [] : [`${changed} changed`]),
    ...(added === 0 ? [] : [`${added} new`]),
    ...(removed === 0 ? [] : [`${removed} removed`]),
  ];
  return `${said.length === 0 ? '0 changed' : said.join(', ')} of ${count(added + changed + unchanged, 'file')} inside`;
}
