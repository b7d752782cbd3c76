import { licenseText } from '../contents/license-text.ts';
import type { Package } from '../contents/package.ts';
import { type PackageChange, shownPackage } from '../difference/difference.ts';
import type { HistoryChange } from '../forecast/update-history.ts';
import type { VersionSkew } from '../share/sharing.ts';
import { printable } from '../text/table.ts';
import type { Renderer } from './renderer.ts';

/**
 * One line for each package, version or commit, for spreadsheets: numbers are plain, and no cell is a formula.
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export const renderCsv: Renderer = (document) => {
  switch (document.kind) {
    case 'contents':
      return csv([packageTitles, ...document.contents.packages.map(packageCells)]);
    case 'difference':
      return csv([changeTitles, ...document.difference.changes.map(changeCells)]);
    case 'share':
      return csv([skewTitles, ...document.sharing.skews.flatMap(skewCells)]);
    case 'forecast':
      return csv([historyTitles, ...document.history.changes.map(historyCells)]);
  }
};

type Cell = string | number | undefined;

const commonTitles = [
  'relation',
  'integrity',
  'license',
  'install_script',
  'native_code',
  'purl',
  'digest',
  'path',
];
const packageTitles = ['ecosystem', 'package', 'version', 'role', 'size', ...commonTitles];
const changeTitles = [
  'kind',
  'ecosystem',
  'package',
  'from',
  'to',
  'step',
  'role',
  'size',
  'ship',
  'exact',
  ...commonTitles,
];

/** One line for each version that images have of a package; what aligning the package saves stands at the common one. */
const skewTitles = [
  'ecosystem',
  'package',
  'version',
  'common',
  'step',
  'images',
  'bytes',
  'moving',
  'saves',
];
const historyTitles = [
  'date',
  'manifest',
  'commit',
  'kind',
  'ship',
  'bytes',
  'changed',
  'new',
  'removed',
  'moved',
];

function packageCells(one: Package): readonly Cell[] {
  return [one.ecosystem, one.name, one.version, one.role, one.size, ...commonCells(one)];
}

function changeCells(change: PackageChange): readonly Cell[] {
  const { kind, before, after, step, ship, exact } = change;
  const shown = shownPackage(change);
  const { ecosystem, name, role } = shown;
  return [
    ...[kind, ecosystem, name, before?.version, after?.version, step, role],
    ...[after?.size, ship, exact],
    ...commonCells(shown),
  ];
}

function skewCells({ ecosystem, name, versions, common, step, moving, saves }: VersionSkew): Cell[][] {
  return versions.map(({ version, images, bytes }, at) => {
    const isCommon = at === common;
    const aligned = isCommon ? [moving, saves] : ['', ''];
    return [ecosystem, name, version, yesOrNo(isCommon), step, images.length, bytes, ...aligned];
  });
}

function historyCells({ date, name, commit, kind, ship, bytes, packages }: HistoryChange): Cell[] {
  const { changed, new: added, removed, moved } = packages;
  return [date, name, commit, kind, ship, bytes, changed, added, removed, moved];
}

function commonCells(one: Package): readonly Cell[] {
  const { relation, integrity, facts, hasInstallScript, purl, digest, paths } = one;
  return [
    relation,
    integrity?.state,
    facts === undefined ? undefined : licenseText(facts.licenses),
    yesOrNo(hasInstallScript),
    yesOrNo(facts === undefined ? undefined : facts.nativeCode.length > 0),
    purl,
    digest,
    paths[0],
  ];
}

function yesOrNo(value: boolean | undefined): string | undefined {
  if (value === undefined) return undefined;
  return value ? 'yes' : 'no';
}

function csv(lines: readonly (readonly Cell[])[]): string {
  return lines.map((cells) => `${cells.map(cellText).join(',')}\r\n`).join('');
}

/** What begins like a formula is run by spreadsheets; a quote before it makes it a text. */
const formula = /^\s*[=+\-@\uff0b\uff0d\uff1d\uff20]/;

function cellText(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return String(cell);
  const shown = printable(cell);
  const text = formula.test(shown) ? `'${shown}` : shown;
  return /[",]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
