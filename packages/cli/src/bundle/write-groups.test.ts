import { expect, test } from 'vitest';
import { inRuns } from './write-groups.ts';

const mebibyte = 1 << 20;

test('a few blocks travel in one group, and many in groups of about the same size', () => {
  expect(sizesOf([1, 2, 3])).toEqual([[1, 2, 3]]);
  expect(sizesOf([100, 28, 2, 60, 60, 6])).toEqual([
    [100, 28],
    [2, 60, 60, 6],
  ]);
  expect(sizesOf([1, 300, 1])).toEqual([[1, 300], [1]]);
  expect(sizesOf([0])).toEqual([[0]]);
});

function sizesOf(megabytes: readonly number[]): number[][] {
  const sent = megabytes.map((size) => ({
    content: { size: size * mebibyte, read: async () => new Uint8Array() },
  }));
  return inRuns(sent).map((run) => run.map(({ content }) => content.size / mebibyte));
}
