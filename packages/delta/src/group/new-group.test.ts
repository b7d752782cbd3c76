import {
  type Bytes,
  bytesOf,
  collect,
  digestOf,
  type RandomAccess,
  randomAccessOf,
  writeCanonicalTar,
} from '@block-pack/core';
import { fakeFile, fakeJar } from '@block-pack/core/testing';
import { expect, test } from 'vitest';
import type { NewBlock } from './open-archive.ts';
import { OpenedArchives } from './opened-archives.ts';
import { readGroup } from './read-group.ts';
import { type WriteGroupOptions, writeGroup } from './write-group.ts';

const limit = 1 << 22;
const keepInner = async (bytes: Uint8Array) => randomAccessOf(bytes);

function file(content: Uint8Array): NewBlock {
  return { kind: 'file', content: randomAccessOf(content), bases: [] };
}

function jar(name: string): Uint8Array {
  return fakeJar({ [`a/${name}.txt`]: `${name} `.repeat(50), 'a/inner.jar': fakeJar({ b: name }) });
}

async function comesBack(blocks: readonly NewBlock[], options: Partial<WriteGroupOptions> = {}) {
  const { payload, written } = await writeGroup(blocks, [], 'typed', { keepInner, ...options });
  const bytes = await collect(payload, limit, 'the payload');
  const facts = written();
  const made: string[] = [];
  const keep = async (_: number, content: Bytes) => {
    made.push(digestOf(await collect(content, limit, 'a block')));
  };
  const sized = facts.blocks.map((one, at) => ({ ...one, size: blocks[at]?.content.size ?? 0 }));
  await readGroup(bytesOf(bytes), [], { ...facts, encoding: 'typed', blocks: sized, keep, keepInner });
  const wanted = await Promise.all(blocks.map(({ content }) => content.read(0, content.size)));
  expect(made).toEqual(wanted.map(digestOf));
  return facts;
}

test('blocks that resemble nothing older come back, archives or not', async () => {
  const text = new TextEncoder().encode('no archive');
  const files = [{ ...fakeFile('lib/inner.jar', jar('third')), kind: 'file' } as const];
  const tar = await collect(writeCanonicalTar(files), limit, 'the tree');
  const tree: NewBlock = { ...file(tar), kind: 'tree' };
  const blocks = [file(jar('first')), file(text), file(new Uint8Array()), tree, file(jar('second'))];
  const { blocks: written, contents } = await comesBack(blocks);
  expect(written.map(({ apart }) => apart)).toEqual([true, false, false, true, true]);
  expect(contents).toBeGreaterThan(600);
  await comesBack([]);
});

test('those whose skeletons turn out too large travel as they are', async () => {
  const blocks = [file(jar('first')), file(jar('second'))];
  const { blocks: written, contents } = await comesBack(blocks, { mostSkeleton: 20 });
  expect(written.map(({ apart }) => apart)).toEqual([false, false]);
  expect(contents).toBe(blocks.reduce((sum, { content }) => sum + content.size, 0));
});

test('how far a group is reaches its end, and goes forward', async () => {
  const seen: number[] = [];
  await comesBack([file(jar('first')), file(jar('second'))], {
    onProgress: (bytes, total) => seen.push(bytes / total),
  });
  expect(seen.at(-1)).toBe(1);
  expect(seen).toEqual([...seen].sort());
});

test('a block that cannot be read ends it, and those behind it are not read', async () => {
  let reads = 0;
  const unread = (read: RandomAccess['read']): NewBlock => ({
    ...file(jar('a')),
    content: { size: 500, read },
  });
  const blocks = [
    file(jar('first')),
    unread(() => Promise.reject(new Error('the disk is gone'))),
    unread(async () => {
      reads++;
      return new Uint8Array();
    }),
  ];
  const { payload, written } = await writeGroup(blocks, [], 'typed', { keepInner });
  await expect(collect(payload, limit, 'the payload')).rejects.toThrow('the disk is gone');
  expect(reads).toBe(0);
  expect(written).toThrow('not read');
});

test('an interruption ends it', async () => {
  const interruption = new AbortController();
  const onProgress = () => interruption.abort();
  const blocks = Array.from({ length: 2 }, () => file(new Uint8Array(17 << 20)));
  const { signal } = interruption;
  const { payload } = await writeGroup(blocks, [], 'typed', { keepInner, signal, onProgress, quality: 0 });
  await expect(collect(payload, limit, 'the payload')).rejects.toMatchObject({ code: 'INTERRUPTED' });
});

test('archives are opened one after the other, and not far ahead of what is asked for', async () => {
  const blocks = Array.from({ length: 9 }, () => ({
    ...file(new Uint8Array()),
    content: { size: 8 << 20, read: async () => new Uint8Array() },
  }));
  let opened = 0;
  const open = async (block: NewBlock) => {
    opened++;
    return { ...block, archive: undefined, reader: undefined };
  };
  const archives = new OpenedArchives(blocks, open);
  const asked = archives.inOrder();
  const counts: number[] = [];
  for (let at = 0; at < 4; at++) {
    await asked.next();
    await new Promise((resolve) => setImmediate(resolve));
    counts.push(opened);
  }
  expect(counts).toEqual([3, 4, 5, 6]);
  archives.openAll();
  expect(await archives.all).toHaveLength(9);
  await archives.close();
});
