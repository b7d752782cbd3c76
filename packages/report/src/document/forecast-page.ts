import type { HistoryChange, MonthCost, PackageCost, UpdateHistory } from '../forecast/update-history.ts';
import { byteSize, count, percentage } from '../text/byte-size.ts';
import type { ReportPage } from './report-page.ts';
import { type Field, tableOf } from './report-tables.ts';

export function forecastPage({ names, figures, months, packages, changes }: UpdateHistory): ReportPage {
  const { updates, ship, whole } = figures;
  const picture = {
    title: 'What shipped',
    components: packages.map((one) => ({ ...one, bytes: one.ship })),
  };
  const largest = changes
    .filter(({ kind, ship: shipped }) => kind === 'update' && shipped > 0)
    .sort((a, b) => b.ship - a.ship);
  return {
    headline: `${count(updates, 'update')} in ${count(months.length, 'month')} shipped ${byteSize(ship)}; as a layer each time ${byteSize(whole)}`,
    names,
    remarks: paceRemarks(figures),
    sections: [
      ...section('Months', months.toReversed(), monthFields),
      ...section('What costs most', packages, packageFields(ship)).map((one) => ({ ...one, picture })),
      ...section('Largest updates', largest, changeFields),
    ],
  };
}

function paceRemarks({ updates, perMonth, trend }: UpdateHistory['figures']): string[] {
  if (updates === 0) return [];
  const average = `${byteSize(perMonth)} a month on average`;
  if (trend === undefined) return [`${average}.`];
  const { months, before, last } = trend;
  const lately = months === 1 ? 'in the last month' : `in the last ${months} months`;
  const earlier = months === 1 ? 'the one before' : `the ${months} before`;
  return [
    `${average}: ${byteSize(last)} ${lately}, ${byteSize(before)} in ${earlier}.`,
    `At that pace, the next 12 months ship ${byteSize(last * 12)}.`,
  ];
}

function section<T>(title: string, rows: readonly T[], fields: readonly Field<T>[]): ReportPage['sections'] {
  return rows.length === 0 ? [] : [{ title: `${title} (${rows.length})`, table: tableOf(fields, rows) }];
}

const monthFields: readonly Field<MonthCost>[] = [
  { title: 'MONTH', cell: ({ month }) => month },
  {
    title: 'UPDATES',
    align: 'right',
    cell: ({ updates }) => String(updates),
    number: ({ updates }) => updates,
  },
  { title: 'SHIPPED', align: 'right', cell: ({ ship }) => byteSize(ship), number: ({ ship }) => ship },
  { title: 'AS LAYERS', align: 'right', cell: ({ whole }) => byteSize(whole), number: ({ whole }) => whole },
];

function packageFields(all: number): readonly Field<PackageCost>[] {
  return [
    { title: 'PACKAGE', isForeign: true, cell: ({ name }) => name },
    { title: 'LAST', isForeign: true, cell: ({ version }) => version ?? '' },
    {
      title: 'UPDATES',
      align: 'right',
      cell: ({ updates }) => String(updates),
      number: ({ updates }) => updates,
    },
    { title: 'SHIPPED', align: 'right', cell: ({ ship }) => byteSize(ship), number: ({ ship }) => ship },
    {
      title: 'SHARE',
      align: 'right',
      cell: ({ ship }) => percentage(ship / all),
      number: ({ ship }) => ship,
    },
  ];
}

const changeFields: readonly Field<HistoryChange>[] = [
  { title: 'DATE', cell: ({ date }) => date.slice(0, 10) },
  { title: 'COMMIT', cell: ({ commit }) => commit.slice(0, 12) },
  { title: 'SHIPPED', align: 'right', cell: ({ ship }) => byteSize(ship), number: ({ ship }) => ship },
  {
    title: 'CHANGED',
    align: 'right',
    cell: ({ packages }) => String(packages.changed),
    number: ({ packages }) => packages.changed,
  },
  {
    title: 'NEW',
    align: 'right',
    cell: ({ packages }) => String(packages.new),
    number: ({ packages }) => packages.new,
  },
  {
    title: 'REMOVED',
    align: 'right',
    cell: ({ packages }) => String(packages.removed),
    number: ({ packages }) => packages.removed,
  },
];
