import { bytesOf, collect } from '@block-pack/core';
import { expect, test } from 'vitest';
import { ColumnWriter } from './columns.ts';
import { decodeSkeletons } from './decode-skeleton.ts';
import { putTogether } from './put-together.ts';
import { relations, type SkeletonColumn, skeletonColumns, treeForms } from './skeleton-columns.ts';

const nothingOfEach = ['order', 'shared', 'sharedEnd', 'nameLength', 'timeKind', 'packing', 'size'] as const;

test('archives in archives in archives end somewhere', () => {
  const columns = new ColumnWriter<SkeletonColumn>(skeletonColumns);
  for (let i = 0; i < 30_000; i++) {
    for (const value of [1, 1, 0, 0, 0, 0]) columns.number('archive', value);
    columns.number('kind', 3 + 8);
    for (const name of nothingOfEach) columns.number(name, 0);
    columns.number('form', 1);
    columns.bytes('newForm', new Uint8Array(31));
  }
  expect(() => decodeSkeletons(columns.encode(), [[]])).toThrow('archives lie too deep in archives');
});

test.each([
  ['two files of one name', 'a', treeForms.file],
  ['a path that leads out', '../a', treeForms.file],
  ['a link that leads out', 'b', treeForms.symlink],
])('a tree that no block can hold is damaged: %s', async (_, name, form) => {
  const columns = new ColumnWriter<SkeletonColumn>(skeletonColumns);
  for (const value of [2, 2]) columns.number('archive', value);
  for (const [path, kind] of [
    ['a', treeForms.file],
    [name, form],
  ] as const) {
    columns.number('kind', 3 + 32);
    for (const length of ['shared', 'sharedEnd'] as const) columns.number(length, 0);
    columns.number('nameLength', path.length);
    columns.bytes('name', Buffer.from(path));
    columns.number('form', kind);
  }
  if (form === treeForms.symlink) {
    columns.number('facts', 5);
    columns.bytes('literal', Buffer.from('../..'));
  }
  const [recipe] = decodeSkeletons(columns.encode(), [[]]);
  if (recipe === undefined) throw new Error('no recipe');
  const tar = putTogether(recipe, () => bytesOf(), 3072);
  await expect(collect(tar, 3072, 'tar')).rejects.toMatchObject({ code: 'DELTA_INVALID' });
});

test.each(['packed', 'content', 'none'] as const)(
  'a directory that has content is damaged: %s',
  (relation) => {
    const columns = new ColumnWriter<SkeletonColumn>(skeletonColumns);
    for (const value of [2, 1]) columns.number('archive', value);
    columns.number('kind', relations.indexOf(relation));
    if (relation === 'none') {
      for (const name of ['shared', 'sharedEnd', 'nameLength'] as const) columns.number(name, 0);
      columns.signed('size', 1);
    } else columns.number('skip', 0);
    columns.number('form', treeForms.directory);
    const part = { kind: 'file', path: 'a', executable: false, size: 7, offset: 512 } as const;
    const old = { kind: 'tree', parts: [part], nested: new Map() } as const;
    expect(() => decodeSkeletons(columns.encode(), [[old]])).toThrow('a link or directory has content');
  },
);

test('a few bytes cannot stand for names without end', () => {
  const columns = new ColumnWriter<SkeletonColumn>(skeletonColumns);
  const count = 6000;
  columns.number('archive', 2);
  columns.number('archive', count);
  for (let i = 0; i < count; i++) {
    columns.number('kind', 3 + 32);
    columns.number('shared', i === 0 ? 0 : 60_000);
    columns.number('sharedEnd', 0);
    columns.number('nameLength', i === 0 ? 60_000 : 0);
    columns.number('form', 0);
  }
  columns.bytes('name', new Uint8Array(60_000).fill(97));
  expect(() => decodeSkeletons(columns.encode(), [[]])).toThrow('its names have more than');
});
