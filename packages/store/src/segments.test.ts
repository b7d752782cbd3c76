import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AssembledLayer, assembleLayer, type EncodingId, type PartCopier } from '@block-pack/core';
import { type FakeImport, fakeManifest } from '@block-pack/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from './open-store.ts';
import { openSegmentMemory } from './segments.ts';
import type { Store } from './store.ts';

let directory: string;
let store: Store;

beforeEach(async () => {
  copiedBy = 'this thread';
  directory = mkdtempSync(join(tmpdir(), 'block-pack-segments-'));
  store = await openStore(directory, { create: true });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const index = () => join(store.cacheDirectory, 'segments.json');

/** Copies by other threads, however little there is. */
const copier: PartCopier = {
  write: (content, expected) => store.write(content, expected, 1 << 30),
  digest: (content) => store.digest(content, 1 << 30),
};
let copiedBy: 'this thread' | 'other threads';

/** What one run of the command does: it knows only what earlier ones wrote down. */
async function assemble(
  imports: readonly FakeImport[],
  encoding: EncodingId = 'gzip-6',
): Promise<AssembledLayer> {
  return assembleLayer(await fakeManifest(store, imports), {
    blocks: store,
    encoding,
    segments: openSegmentMemory(store),
    write: (content, expected) => store.write(content, expected),
    ...(copiedBy === 'other threads' && { copier }),
  });
}

const imports: readonly FakeImport[] = [
  ['/app/a.jar', 'a '.repeat(5000)],
  ['/app/b.jar', 'b '.repeat(5000)],
  ['/site', { 'x.py': 'x', 'y.py': 'y' }],
];

describe.each(['this thread', 'other threads'] as const)(
  'segments that a store remembers, copied by %s',
  (who) => {
    beforeEach(() => {
      copiedBy = who;
    });

    it('are copied by the next run, whatever changed beside them', async () => {
      expect((await assemble(imports)).copied).toBe(0);
      expect((await assemble(imports)).copied).toBe(3);
      const bumped = await assemble([['/app/a.jar', 'a 2'], ...imports.slice(1)]);
      expect(bumped.copied).toBe(2);
      rmSync(index());
      expect(await assemble([['/app/a.jar', 'a 2'], ...imports.slice(1)])).toEqual({ ...bumped, copied: 0 });
    });

    it('are made again when their layer is gone or damaged', async () => {
      const first = await assemble(imports);
      truncateSync(store.blobPath(first.digest), 100);
      expect(await assemble(imports)).toEqual(first);
      const blob = readFileSync(store.blobPath(first.digest));
      const at = first.recipe.head + 30;
      blob[at] = (blob[at] ?? 0) ^ 1;
      rmSync(store.blobPath(first.digest));
      writeFileSync(store.blobPath(first.digest), blob);
      expect(await assemble(imports, 'gzip-6')).toMatchObject({ digest: first.digest, copied: 2 });
      rmSync(store.blobPath(first.digest));
      expect(await assemble(imports)).toEqual(first);
    });
  },
);

describe('the segments that a store remembers', () => {
  it('are found in any of several layers, each under its encoding', async () => {
    await assemble(imports.slice(0, 1));
    await assemble(imports.slice(1, 2));
    await assemble(imports.slice(2), 'gzip-1');
    expect((await assemble(imports)).copied).toBe(2);
    expect((await assemble(imports)).copied).toBe(3);
  });

  it('are forgotten when the file that lists them is damaged', async () => {
    const first = await assemble(imports);
    const text = readFileSync(index(), 'utf8');
    const broken = [
      text.replace(/.(?="\])/, '0'),
      text.replace(/\d(?=\]\]\})/, 'x'),
      text.slice(0, -9),
      '',
      '{}',
    ];
    for (const one of broken.filter((each) => each !== text)) {
      writeFileSync(index(), one);
      expect(await assemble(imports)).toEqual(first);
    }
    expect((await assemble(imports)).copied).toBe(3);
  });

  it('are kept of the latest layers only', async () => {
    const memory = openSegmentMemory(store);
    const { digest } = await assemble(imports);
    const key = (number: number) =>
      number.toString(16).padStart(64, '0') as Parameters<typeof memory.forget>[0];
    const many = new Map(
      Array.from({ length: 20_000 }, (_, at) => [key(at), { offset: at, length: 1, crc: 0 }]),
    );
    const other = await store.write(
      (async function* () {
        yield Buffer.alloc(30_000);
      })(),
    );
    await memory.keep(other.digest, many);
    expect(await memory.find(key(7))).toMatchObject({ layer: other.digest, offset: 7 });
    expect(readFileSync(index(), 'utf8')).not.toContain(digest);
  });
});
