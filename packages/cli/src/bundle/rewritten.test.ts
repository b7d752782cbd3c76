import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BundleGroup, bytesOf, digestOf, randomAccessOf } from '@block-pack/core';
import { ScratchBlobs } from '@block-pack/store';
import { afterAll, expect, it } from 'vitest';
import { Compared } from './compared.ts';
import { writeTogether } from './pack-groups.ts';
import { orTyped } from './write-groups.ts';

const directory = mkdtempSync(join(tmpdir(), 'block-pack-rewritten-'));
const scratch = new ScratchBlobs(directory);
afterAll(() => {
  scratch.remove();
  rmSync(directory, { recursive: true });
});

const progress = { show: () => {}, end: () => {} };
const context = { signal: new AbortController().signal, progress, warn: () => {} };
const sources = { scratch, context, compared: new Compared('comparing', 0, progress) };

function block(text: string) {
  const bytes = new TextEncoder().encode(text);
  return { kind: 'file', digest: digestOf(bytes), content: randomAccessOf(bytes) } as const;
}

it('tries what a block means where little of it is as it was, and keeps what is smaller', async () => {
  const old = block('an older one\n'.repeat(100));
  const one = { ...block('a newer one, of other words\n'.repeat(100)), likes: [old] };
  await scratch.write(bytesOf(await one.content.read(0, one.content.size)), one.digest);
  const changed = await writeTogether('blocks', [one], 'delta', sources);
  expect(await orTyped(changed, 'blocks', [one], sources)).toBe(changed);
  const group = { ...changed.group, payload: one.content.size } as BundleGroup;
  const rewritten = await orTyped({ ...changed, group }, 'blocks', [one], sources);
  expect(rewritten.group).toMatchObject({ encoding: 'typed', bases: [{ digest: old.digest }] });
  expect(rewritten.group.payload).toBeLessThan(200);
});
