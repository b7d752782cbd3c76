import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Block, digestOf } from '@block-pack/core';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openPackMemory } from './memory.ts';
import { openStore } from './open-store.ts';
import type { Store } from './store.ts';
import { temporaryFolder } from './testing/processes.ts';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let store: Store;
let count = 0;
beforeEach(async () => {
  store = await openStore(join(folder, `store-${count++}`), { create: true });
});

describe('the memory of earlier packs', () => {
  it('knows the blocks and facts of the same inputs, in whatever order they are given', async () => {
    const memory = await openPackMemory(store, ['/b', '/a']);
    memory.remember('stamp', block(1));
    memory.learn(block(1), 'jar/1', { name: 'x', __proto__: null });
    await memory.save();
    const again = await openPackMemory(store, ['/a', '/b']);
    expect(again.blockOf('stamp')).toEqual(block(1));
    expect(again.fact(block(1), 'jar/1')).toEqual({ name: 'x' });
    expect(again.fact(block(1), 'jar/2')).toBeUndefined();
    expect((await openPackMemory(store, ['/a'])).blockOf('stamp')).toBeUndefined();
  });

  it('forgets what the last pack did not use', async () => {
    const memory = await openPackMemory(store, ['/a']);
    for (const number of [1, 2]) {
      memory.remember(`stamp ${number}`, block(number));
      memory.learn(block(number), 'fact', number);
    }
    await memory.save();
    const second = await openPackMemory(store, ['/a']);
    second.blockOf('stamp 2');
    await second.save();
    const third = await openPackMemory(store, ['/a']);
    expect(third.blockOf('stamp 1')).toBeUndefined();
    expect(third.fact(block(1), 'fact')).toBeUndefined();
    expect(third.blockOf('stamp 2')).toEqual(block(2));
    expect(third.fact(block(2), 'fact')).toBe(2);
  });

  it('is not written again when nothing has changed, but its use is marked', async () => {
    const memory = await openPackMemory(store, ['/a']);
    memory.remember('stamp', block(1));
    await memory.save();
    const path = onlyFile();
    const { ino } = statSync(path);
    utimesSync(path, 1, 1);
    const again = await openPackMemory(store, ['/a']);
    again.blockOf('stamp');
    await again.save();
    expect(statSync(path).ino).toBe(ino);
    expect(statSync(path).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
  });

  it('is empty when its file is damaged in any place', async () => {
    const memory = await openPackMemory(store, ['/a']);
    memory.remember('stamp', block(1));
    await memory.save();
    const path = onlyFile();
    const good = readFileSync(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 2), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const bad = Buffer.from(good);
        bad[at] = (bad[at] ?? 0) ^ mask;
        writeFileSync(path, bad);
        expect((await openPackMemory(store, ['/a'])).blockOf('stamp')).toBeUndefined();
      }),
    );
  });

  it.each(['', '{}', 'null', '{"blocks":[],"facts":{}}', '\n\n'])(
    'is empty when its file holds %j',
    async (text) => {
      const memory = await openPackMemory(store, ['/a']);
      memory.remember('stamp', block(1));
      await memory.save();
      writeFileSync(onlyFile(), text);
      const again = await openPackMemory(store, ['/a']);
      expect(again.blockOf('stamp')).toBeUndefined();
      again.remember('stamp', block(2));
      await again.save();
      expect((await openPackMemory(store, ['/a'])).blockOf('stamp')).toEqual(block(2));
    },
  );
});

function block(number: number): Block {
  return { kind: 'file', digest: digestOf(new Uint8Array(number)), size: number, files: 1 };
}

function onlyFile(): string {
  const [name = '', ...others] = readdirSync(store.cacheDirectory);
  expect(others).toEqual([]);
  return join(store.cacheDirectory, name);
}
