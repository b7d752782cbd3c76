import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf, type Import, parseImagePath } from '@block-pack/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openInput } from './disk-input.ts';
import { openPackMemory } from './memory.ts';
import { openStore } from './open-store.ts';
import { resolveImports } from './resolve.ts';
import type { Store } from './store.ts';
import { temporaryFolder } from './testing/processes.ts';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const input = join(folder, 'input');
let store: Store;
const imports: Import[] = [];
beforeAll(async () => {
  store = await openStore(join(folder, 'store'), { create: true });
  const memory = await openPackMemory(store, ['input']);
  mkdirSync(input);
  for (let number = 0; number < 30; number++) {
    writeFileSync(join(input, `${number}`), '');
    const { digest, size } = await store.write(bytesOf(new TextEncoder().encode(`blob ${number}`)));
    utimesSync(store.blobPath(digest), 1, 1);
    imports.push({ path: parseImagePath(`/${number}`), digest, attributes: new Map() });
    memory.remember(`${number}`, { digest, size, kind: 'file', files: 1 });
  }
  await memory.save();
});

/** The clock goes on by 20 ms whenever somebody looks at it, so that a little work seems long. */
beforeEach(() => {
  let now = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 20;
    return now;
  });
});
afterEach(() => vi.restoreAllMocks());

describe('a signal in the middle of long work on many small things', () => {
  it.each<[string, (signal: AbortSignal) => Promise<unknown>]>([
    ['verifying', (signal) => store.verify({ signal })],
    ['resolving', (signal) => resolveAll(signal)],
    ['walking', (signal) => walk(signal)],
    ['collecting', (signal) => store.gc({ keepMs: 0, signal })],
  ])('stops %s', async (_, work) => {
    const stop = new AbortController();
    setImmediate(() => stop.abort());
    await expect(work(stop.signal)).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  it('has its turn while a memory is read and written', async () => {
    const turns = { reading: false, writing: false };
    setImmediate(() => {
      turns.reading = true;
    });
    const memory = await openPackMemory(store, ['input']);
    expect(turns.reading).toBe(true);
    for (let number = 0; number < 20; number++) memory.blockOf(`${number}`);
    setImmediate(() => {
      turns.writing = true;
    });
    await memory.save();
    expect(turns.writing).toBe(true);
  });
});

function resolveAll(signal: AbortSignal): Promise<unknown> {
  const manifest = { packer: 'files', directives: [], imports };
  return resolveImports(manifest, store, join(folder, 'target'), { method: 'copy', signal });
}

async function walk(signal: AbortSignal): Promise<unknown> {
  return (await openInput(input, { scratch: store, signal })).directory.entries();
}
