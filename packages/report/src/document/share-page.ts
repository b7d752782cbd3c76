import type { Sharing, SharingImage, VersionSkew } from '../share/sharing.ts';
import { byteSize, count, percentage } from '../text/byte-size.ts';
import type { PageSection, ReportPage } from './report-page.ts';
import { type Field, tableOf } from './report-tables.ts';

/** Columns of the matrix: as many as lines of a terminal, or a page, have room for. */
const matrixColumns = 8;

/** Other versions of a package that are named. */
const versionsNamed = 4;

export function sharePage({ figures, images, matrix, skews }: Sharing): ReportPage {
  const { alone, together, saved, inAll, alignable, unknownSizes } = figures;
  const share = alone === 0 ? 0 : saved / alone;
  return {
    headline: `${count(images.length, 'image')}: ${byteSize(alone)} each by itself, ${byteSize(together)} together, ${percentage(share)} saved`,
    names: [],
    remarks: [
      `${byteSize(inAll)} of that is in every image.`,
      ...(skews.length === 0
        ? []
        : [
            `${count(skews.length, 'package')} in different versions; aligned, they would ship ${byteSize(alignable)} less.`,
          ]),
      ...(unknownSizes === 0
        ? []
        : [`The size of ${count(unknownSizes, 'block')} is not known; it counts as 0.`]),
    ],
    sections: [...imagesSection(images, matrix), ...alignSection(skews)],
  };
}

interface Row {
  readonly at: number;
  readonly image: SharingImage;
}

/** What has most in common first, so that the top of the matrix is what matters. */
function imagesSection(images: readonly SharingImage[], matrix: Sharing['matrix']): PageSection[] {
  if (images.length < 2) return [];
  const rows = images
    .map((image, at): Row => ({ image, at }))
    .sort((a, b) => b.image.shared - a.image.shared || a.at - b.at);
  const numbers = new Map(rows.map(({ at }, number) => [at, number + 1]));
  const columns = rows.slice(0, matrixColumns).map(
    ({ at: other }, number): Field<Row> => ({
      title: `#${number + 1}`,
      align: 'right',
      cell: ({ at }) => (at === other ? '-' : byteSize(matrix[at]?.[other] ?? 0)),
      number: ({ at }) => (at === other ? undefined : matrix[at]?.[other]),
    }),
  );
  const fields: readonly Field<Row>[] = [
    {
      title: '#',
      align: 'right',
      cell: ({ at }) => String(numbers.get(at)),
      number: ({ at }) => numbers.get(at),
    },
    { title: 'IMAGE', isForeign: true, cell: ({ image }) => image.name },
    {
      title: 'SIZE',
      align: 'right',
      cell: ({ image }) => byteSize(image.bytes),
      number: ({ image }) => image.bytes,
    },
    {
      title: 'SHARED',
      align: 'right',
      cell: ({ image }) => byteSize(image.shared),
      number: ({ image }) => image.shared,
    },
    ...columns,
  ];
  const nearest: Field<Row> = {
    title: 'MOST WITH',
    isForeign: true,
    cell: ({ image: one }) => (one.nearest === undefined ? '' : (images[one.nearest]?.name ?? '')),
  };
  const isCut = images.length > matrixColumns;
  return [
    {
      title: `In common (${images.length})`,
      ...(isCut ? { remark: `bytes that each has in common with the first ${matrixColumns}` } : {}),
      table: tableOf(isCut ? [...fields, nearest] : fields, rows),
    },
  ];
}

function alignSection(skews: readonly VersionSkew[]): PageSection[] {
  if (skews.length === 0) return [];
  return [
    {
      title: `Align these, and ship less (${skews.length})`,
      remark:
        'in this order; taken that one version serves every image, and that its block is the one that is there',
      table: tableOf(skewFields, skews),
      picture: {
        title: 'What aligning saves',
        components: skews.map(({ ecosystem, name, versions, common, saves }) => ({
          ecosystem,
          name,
          version: versions[common]?.version,
          bytes: saves,
        })),
      },
    },
  ];
}

const skewFields: readonly Field<VersionSkew>[] = [
  { title: 'PACKAGE', isForeign: true, cell: ({ name }) => name },
  { title: 'TO', isForeign: true, cell: ({ versions, common }) => versions[common]?.version ?? '' },
  { title: 'FROM', isForeign: true, cell: otherVersions },
  { title: 'STEP', cell: ({ step }) => (step === 'unknown' ? '' : step === 'same' ? 'same version' : step) },
  { title: 'IMAGES', align: 'right', cell: ({ moving }) => String(moving), number: ({ moving }) => moving },
  { title: 'SAVES', align: 'right', cell: ({ saves }) => byteSize(saves), number: ({ saves }) => saves },
];

/** With the number of images that have them, the most frequent first. */
function otherVersions({ versions, common }: VersionSkew): string {
  const kept = versions[common];
  const others = versions.filter((one) => one !== kept).sort((a, b) => b.images.length - a.images.length);
  const named = others
    .slice(0, versionsNamed)
    .map(({ version, images }) => `${version ?? 'no version'} (${images.length})`);
  const more = others.length - named.length;
  return [
    ...((kept?.digests.length ?? 0) > 1 ? ['other content'] : []),
    ...named,
    ...(more > 0 ? [`${more} more`] : []),
  ].join(', ');
}
