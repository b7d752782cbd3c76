import type { PageSection, ReportPage, SectionPicture } from '../document/report-page.ts';
import { byteSize, count } from '../text/byte-size.ts';
import { componentArea } from './areas.ts';
import { type Listing, type Page, rowId } from './page.ts';
import { legendOf, type Treemap } from './treemap.ts';

/** A page of tables, and a picture of each that can be drawn. */
export function sectionsPage({ headline, names, remarks, sections }: ReportPage): Page {
  const listings = sections.map(sectionListing);
  return {
    title: headline,
    headline,
    names: names.join(', '),
    remarks,
    treemaps: sections.flatMap(({ picture }, at) => {
      const listing = listings[at];
      return picture === undefined || listing === undefined ? [] : [treemapOf(picture, listing)];
    }),
    listings,
    notes: [],
  };
}

function sectionListing({ title, remark, table, picture }: PageSection, at: number): Listing {
  const rows = table.rows.map((_, row) => {
    const tone = picture?.components[row]?.ecosystem;
    return tone === undefined ? {} : { tone };
  });
  return { id: `section-${at}`, title, table, rows, ...(remark === undefined ? {} : { remark }) };
}

function treemapOf({ title, components }: SectionPicture, listing: Listing): Treemap {
  const areas = components.map((one, at) => componentArea(one, one.bytes, one.ecosystem, rowId(listing, at)));
  const size = byteSize(areas.reduce((sum, { bytes }) => sum + bytes, 0));
  return {
    title: `${title}: ${size}`,
    summary: `${size} in ${count(areas.length, 'area')}, one for each package, as large as its bytes.`,
    legend: legendOf(areas),
    areas,
  };
}
