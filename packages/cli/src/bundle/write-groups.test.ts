import { collect, digestOf, mixedBytes, randomAccessOf } from '@block-pack/core';
import { expect, test } from 'vitest';
import type { BundleSources } from './make-bundle.ts';
import { inRuns, type SentObject, writeTogether } from './write-groups.ts';

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

test('where a bundle is to be the smallest, more is mixed than it would be else', async () => {
  const usual = await writeTogether('blocks', [changedText()], 'delta', sources(false));
  const smallest = await writeTogether('blocks', [changedText()], 'delta', sources(true));
  expect(mixedBytes(usual.group)).toBeLessThanOrEqual(2 ** 18);
  expect(mixedBytes(smallest.group)).toBeGreaterThan(2 ** 18);
  expect(smallest.group.payload).toBeLessThan(usual.group.payload);
});

/** More new text than is mixed where it is not asked for. */
function changedText(): SentObject {
  const [old, now] = [numbers(1), numbers(9_000)];
  const block = (bytes: Uint8Array) => ({
    digest: digestOf(bytes),
    kind: 'file' as const,
    content: randomAccessOf(bytes),
  });
  return { ...block(now), likes: [block(old)] };
}

function numbers(count: number): Uint8Array {
  const lines = Array.from({ length: count }, (_, at) => `a number and its square ${at} ${at * at}\n`);
  return new TextEncoder().encode(lines.join(''));
}

function sources(isSmallest: boolean): Parameters<typeof writeTogether>[3] {
  const scratch = {
    write: async (from: AsyncIterable<Uint8Array>) => {
      const bytes = await collect(from, 1 << 20, 'the payload');
      return { digest: digestOf(bytes), size: bytes.length };
    },
  } as unknown as BundleSources['scratch'];
  const context = { signal: undefined, progress: { show: () => {} } } as unknown as BundleSources['context'];
  return { scratch, context, isSmallest };
}

function sizesOf(megabytes: readonly number[]): number[][] {
  const sent = megabytes.map((size) => ({
    content: { size: size * mebibyte, read: async () => new Uint8Array() },
  }));
  return inRuns(sent).map((run) => run.map(({ content }) => content.size / mebibyte));
}
