import type { Digest } from '@block-pack/core';
import type { Package } from '../contents/package.ts';
import type { ContentsReport } from '../document/report-document.ts';
import { packagesTable } from '../document/report-tables.ts';
import { largestFirst } from '../summary/summarize.ts';
import type { ContentsSummary } from '../summary/summary.ts';
import { byteSize, count } from '../text/byte-size.ts';
import { summaryHeadline, summarySections } from '../text/summary-words.ts';
import { componentArea, componentTitle, layerArea, packageHint } from './areas.ts';
import { type Listing, type Note, type Page, rowId } from './page.ts';
import type { Area, Tone, Treemap } from './treemap.ts';

/** What `block-pack report` found. */
export function contentsPage({ contents, summary }: ContentsReport): Page {
  const packages = [...contents.packages].sort(largestFirst);
  const listing = packagesListing(packages);
  const layers = contents.layers.map((layer) => layerArea(layer, 'layer'));
  const headline = summaryHeadline(summary);
  return {
    title: `${contents.name}: ${headline}`,
    headline,
    names: contents.name,
    remarks: [],
    treemaps: [treemapOf(summary, [...areasOf(packages, listing), ...layers])],
    listings: [listing],
    notes: notesOf(summary),
  };
}

function treemapOf(summary: ContentsSummary, areas: readonly Area[]): Treemap {
  const { bytes, ecosystems, layerBytes } = summary;
  const legend: { tone: Tone; text: string }[] = ecosystems.map((share) => ({
    tone: share.ecosystem,
    text: `${share.ecosystem} ${byteSize(share.bytes)} in ${count(share.packages, 'package')}`,
  }));
  if (layerBytes > 0) legend.push({ tone: 'layer', text: `layers of the base ${byteSize(layerBytes)}` });
  return {
    title: `By size: ${byteSize(bytes)}`,
    summary: `${byteSize(bytes)} in ${count(areas.length, 'area')}, one for each block, as large as its bytes.`,
    legend,
    areas,
  };
}

function areasOf(packages: readonly Package[], listing: Listing): readonly Area[] {
  const seen = new Set<Digest>();
  return packages.flatMap((one, at): Area[] => {
    if (seen.has(one.digest)) return [];
    seen.add(one.digest);
    return [componentArea(one, one.size ?? 0, one.ecosystem, rowId(listing, at))];
  });
}

function packagesListing(packages: readonly Package[]): Listing {
  return {
    id: 'package',
    title: `Packages (${packages.length})`,
    table: packagesTable(packages),
    rows: packages.map((one) => ({ hint: packageHint(one), tone: one.ecosystem })),
  };
}

/** All but the largest, which the table has first. */
function notesOf(summary: ContentsSummary): readonly Note[] {
  return summarySections(summary)
    .filter(({ packages }) => packages !== summary.largest)
    .map(({ packages = [], lines, ...section }) => ({
      ...section,
      lines: [...packages.map(packageLine), ...lines],
    }));
}

function packageLine(one: Package): string {
  return one.size === undefined ? componentTitle(one) : `${componentTitle(one)} (${byteSize(one.size)})`;
}
