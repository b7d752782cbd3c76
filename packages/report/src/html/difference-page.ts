import { type ContentsDifference, type PackageChange, shownPackage } from '../difference/difference.ts';
import type { DifferenceReport } from '../document/report-document.ts';
import { changedPackages, changesTable, packagesTable } from '../document/report-tables.ts';
import { byteSize, count, percentage } from '../text/byte-size.ts';
import { differenceHeadline, differenceRemarks } from '../text/difference-words.ts';
import { componentArea, layerArea, packageHint } from './areas.ts';
import { type Listing, type ListingRow, type Page, rowId } from './page.ts';
import { type Area, legendOf, type Tone, type Treemap } from './treemap.ts';

/** What `block-pack diff` found. */
export function differencePage({ difference, after }: DifferenceReport): Page {
  const { before } = difference;
  const headline = differenceHeadline(difference);
  const changes = changesListing(difference);
  const unchanged = unchangedListing(difference);
  const rows = new Map([
    ...changedPackages(difference).map((change, at) => [change, rowId(changes, at)] as const),
    ...unchangedPackages(difference).map((change, at) => [change, rowId(unchanged, at)] as const),
  ]);
  const areas = areasOf(difference, rows);
  const added = new Set(difference.layers.added.map(({ digest }) => digest));
  const layers = after.layers.map((layer) => layerArea(layer, added.has(layer.digest) ? 'layer' : 'reused'));
  return {
    title: headline,
    headline,
    names: `${before.name} → ${after.name}`,
    remarks: differenceRemarks(difference),
    treemaps: treemapsOf(difference, [...areas, ...layers]),
    listings: [changes, unchanged].filter(({ rows: all }) => all.length > 0),
    notes: [],
  };
}

/** What they say in a legend. */
const toneWords: Readonly<Partial<Record<Tone, string>>> = { layer: 'layers of the base' };

function treemapsOf({ figures }: ContentsDifference, areas: readonly Area[]): readonly Treemap[] {
  const { ship, bytes, reusedShare } = figures;
  const shipped = areas.filter(({ tone }) => tone !== 'reused');
  return [
    {
      title: `What ships: ${byteSize(ship)}`,
      summary: `${byteSize(ship)} in ${count(shipped.length, 'area')}, one for each block to ship, as large as its bytes.`,
      legend: legendOf(shipped, toneWords),
      areas: shipped,
    },
    {
      title: `Out of all: ${byteSize(bytes)}`,
      summary: `${byteSize(bytes)} in ${count(areas.length, 'area')}, one for each block; ${percentage(reusedShare)} of the bytes are reused.`,
      legend: legendOf(areas, toneWords),
      areas,
    },
  ];
}

/** Each block of the side after once: as the first of its packages, where what ships is accounted for. */
function areasOf({ changes }: ContentsDifference, rows: ReadonlyMap<PackageChange, string>): readonly Area[] {
  const seen = new Set<string>();
  return changes.flatMap((change): Area[] => {
    const { after } = change;
    if (after === undefined || seen.has(after.digest)) return [];
    seen.add(after.digest);
    return [componentArea(after, after.size ?? 0, toneOf(change), rows.get(change) ?? '')];
  });
}

function toneOf({ kind, ship }: PackageChange): Tone {
  if (kind === 'removed') return 'removed';
  if (ship === 0) return 'reused';
  return kind === 'new' ? 'new' : 'changed';
}

function changesListing(difference: ContentsDifference): Listing {
  const changed = changedPackages(difference);
  return {
    id: 'change',
    title: `What changes (${changed.length})`,
    table: changesTable(difference),
    rows: changed.map(changeRow),
  };
}

function changeRow(change: PackageChange): ListingRow {
  const { inside } = change;
  const row = { hint: packageHint(shownPackage(change)), tone: toneOf(change) };
  return inside === undefined || inside.entries.length === 0 ? row : { ...row, inside };
}

function unchangedListing(difference: ContentsDifference): Listing {
  const packages = unchangedPackages(difference).map(shownPackage);
  return {
    id: 'unchanged',
    title: `Unchanged (${packages.length})`,
    isClosed: true,
    table: packagesTable(packages),
    rows: packages.map((one) => ({ hint: packageHint(one), tone: 'reused' })),
  };
}

function unchangedPackages({ changes }: ContentsDifference): readonly PackageChange[] {
  return changes.filter(({ kind }) => kind === 'unchanged');
}
