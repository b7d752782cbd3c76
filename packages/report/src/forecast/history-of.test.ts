import { expect, test } from 'vitest';
import type { FakeLine } from '../testing/fake-contents.ts';
import { fakeContents } from '../testing/fake-contents.ts';
import { type HistoryState, historyOf } from './history-of.ts';

/** A commit at noon that leaves jars, `<artifact>@<version>` with as many bytes as told; none removes the manifest. */
function commit(day: string, jars?: Readonly<Record<string, number>>, name = 'java.import'): HistoryState {
  const lines = Object.entries(jars ?? {}).map(
    ([jar, size]): FakeLine => [`/app/${jar.split('@')[0]}.jar`, jar.padEnd(size), `maven/g/${jar}`],
  );
  return {
    name,
    commit: day.padEnd(40, '0'),
    time: Date.parse(`${day}T12:00:00Z`) / 1000,
    contents: jars === undefined ? undefined : fakeContents(lines),
  };
}

const year = [
  commit('2024-01-31', { 'asm@1': 100, 'log@1': 50 }),
  commit('2024-02-01', { 'asm@2': 110, 'log@1': 50 }),
  commit('2024-02-29', { 'asm@3': 120, 'log@2': 60 }),
  commit('2024-05-01', { 'asm@4': 130, 'log@2': 60, 'new@1': 7 }),
];

test('adds up what updates shipped, by month and by package', async () => {
  const { figures, months, packages, changes } = await historyOf(['java.import'], year);
  expect(figures).toEqual({
    updates: 3,
    ship: 110 + 180 + 137,
    whole: 160 + 180 + 197,
    perMonth: Math.round(427 / 5),
    trend: { months: 2, before: 145, last: 69 },
  });
  expect(months.map(({ month, updates, ship }) => [month, updates, ship])).toEqual([
    ['2024-01', 0, 0],
    ['2024-02', 2, 290],
    ['2024-03', 0, 0],
    ['2024-04', 0, 0],
    ['2024-05', 1, 137],
  ]);
  expect(packages.map(({ name, updates, ship, version }) => [name, updates, ship, version])).toEqual([
    ['g:asm', 3, 360, '4'],
    ['g:log', 1, 60, '2'],
    ['g:new', 1, 7, '1'],
  ]);
  expect(changes.map(({ kind, date }) => [kind, date])[0]).toEqual(['first', '2024-01-31T12:00:00Z']);
});

test('months without updates count, up to the newest commit', async () => {
  const { months, figures } = await historyOf(['java.import'], year, {
    known: Date.parse('2024-12-31T23:59:59Z') / 1000,
  });
  expect(months.at(-1)).toEqual({ month: '2024-12', updates: 0, ship: 0, whole: 0 });
  expect(figures.trend).toEqual({ months: 6, before: Math.round(427 / 6), last: 0 });
});

test('counts a range of days against what was there before it', async () => {
  const since = Date.parse('2024-02-02T00:00:00Z') / 1000;
  const until = Date.parse('2024-03-31T23:59:59Z') / 1000;
  const { figures, months } = await historyOf(['java.import'], year, { since, until, known: until * 2 });
  expect([figures.updates, figures.ship]).toEqual([1, 180]);
  expect(months.map(({ month }) => month)).toEqual(['2024-02', '2024-03']);
  const none = await historyOf(['java.import'], year, { until: 0 });
  expect(none).toMatchObject({ figures: { updates: 0, perMonth: 0 }, months: [], changes: [] });
});

test('a manifest that comes back is compared with what it was', async () => {
  const { changes, figures } = await historyOf(
    ['java.import'],
    [year[0], commit('2024-02-01'), commit('2024-03-01', { 'asm@1': 100, 'log@2': 60 })].flatMap(
      (one) => one ?? [],
    ),
  );
  expect(changes.map(({ kind, ship }) => [kind, ship])).toEqual([
    ['first', 0],
    ['removed', 0],
    ['update', 60],
  ]);
  expect(figures.updates).toBe(1);
});

test('dates that run backwards change nothing but the order of the list', async () => {
  const [first, second] = [commit('2024-03-01', { 'a@1': 5 }), commit('2024-01-01', { 'a@2': 6 })];
  const { changes, months } = await historyOf(['m'], [first, second]);
  expect(changes.map(({ kind }) => kind)).toEqual(['update', 'first']);
  expect(months.map(({ ship }) => ship)).toEqual([6, 0, 0]);
});

test('several manifests stand beside each other', async () => {
  const other = [commit('2024-02-10', { 'asm@1': 100 }, 'b'), commit('2024-02-20', { 'asm@2': 110 }, 'b')];
  const { figures, packages } = await historyOf(['java.import', 'b'], [...year, ...other]);
  expect(figures.updates).toBe(4);
  expect(packages[0]).toMatchObject({ name: 'g:asm', updates: 4, ship: 470, version: '4' });
});
