import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf, randomAccessOf } from '@block-pack/core';
import { ScratchBlobs } from '@block-pack/store';
import { afterAll, expect, test } from 'vitest';
import { Compared } from './compared.ts';
import { writeTogether } from './pack-groups.ts';

const folder = mkdtempSync(join(tmpdir(), 'block-pack-groups-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('more is mixed for --smallest than otherwise, where it is only worth its time', async () => {
  // More literals than are mixed as a rule.
  let state = 1;
  const word = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8).toString(36);
  };
  const content = Buffer.from(Array.from({ length: 96_000 }, word).join(' '));
  const sent = {
    kind: 'file',
    digest: digestOf(content),
    content: randomAccessOf(content),
    likes: [],
  } as const;
  const shown: string[] = [];
  const progress = { show: (text: string) => void shown.push(text), end: () => {} };
  const context = { signal: new AbortController().signal, progress, warn: () => {} };
  const scratch = new ScratchBlobs(folder);
  const compared = new Compared('blocks', content.length, progress);
  const write = (isSmallest: boolean) =>
    writeTogether('blocks', [sent], 'delta', { scratch, context, compared, isSmallest });
  const [usual, smallest] = [await write(false), await write(true)];
  expect(usual.group).not.toHaveProperty('mixed');
  expect(smallest.group).toHaveProperty('mixed');
  expect(smallest.group.payload).toBeLessThan(usual.group.payload);
  expect(shown.filter((text) => /^blocks, mixing \d+\.\d kB, at /.test(text))).toHaveLength(1);
});
