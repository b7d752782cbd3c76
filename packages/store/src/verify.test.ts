import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf, type Digest, digestOf } from '@block-pack/core';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from './open-store.ts';
import type { Store } from './store.ts';
import { temporaryFolder } from './testing/processes.ts';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const bytes = (text: string) => new TextEncoder().encode(text);

let store: Store;
let count = 0;
beforeEach(async () => {
  store = await openStore(join(folder, `store-${count++}`), { create: true });
});

describe('verifying a store', () => {
  it('finds nothing wrong in a good one, and says how far it is', async () => {
    await tagged('app', [await put('one'), await put('two')]);
    const seen: number[] = [];
    const report = await store.verify({
      onProgress: ({ blobs, totalBlobs }) => seen.push(blobs / totalBlobs),
    });
    expect(report).toMatchObject({ blobs: 3, damages: [] });
    expect(seen).toEqual([1 / 3, 2 / 3, 1]);
  });

  it.each([0, 1, 7])(
    'finds a flipped bit, names the tags that need the blob, and takes it away if asked (bit %i)',
    async (bit) => {
      const good = await put('good');
      const bad = await put('bad');
      await tagged('first', [good, bad]);
      await tagged('second', [bad]);
      flip(bad, bit);
      const damage = { kind: 'content', digest: bad, tags: ['first', 'second'], removed: false };
      expect((await store.verify()).damages).toMatchObject([damage]);
      expect(await store.has(bad)).toBe(true);
      expect((await store.verify({ remove: true })).damages).toMatchObject([{ ...damage, removed: true }]);
      expect((await store.verify()).damages).toMatchObject([{ kind: 'missing', digest: bad }]);
      await put('bad');
      expect((await store.verify()).damages).toEqual([]);
    },
  );

  it('never gives the bytes of a damaged blob for good ones', async () => {
    const bad = await put('damaged');
    flip(bad, 3);
    const reading = async () => {
      for await (const _ of store.read(bad));
    };
    await expect(reading()).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      message: expect.stringContaining(store.blobPath(bad)),
    });
  });

  it('writes a blob again that has lost its end', async () => {
    const cut = await put('cut off');
    chmodSync(store.blobPath(cut), 0o644);
    writeFileSync(store.blobPath(cut), 'cut');
    const part = async () => {
      for await (const _ of store.read(cut, { offset: 2, length: 5 }));
    };
    await expect(part()).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect((await store.verify()).damages).toMatchObject([{ kind: 'content' }]);
    await put('cut off');
    expect((await store.verify()).damages).toEqual([]);
  });

  it('does not count a blob that has lost its end, also under a lease', async () => {
    const cut = await put('cut off');
    chmodSync(store.blobPath(cut), 0o644);
    writeFileSync(store.blobPath(cut), 'cut');
    expect(await store.has(cut, 7)).toBe(false);
    const lease = await store.lease();
    expect(await store.has(cut, 7)).toBe(false);
    await put('cut off');
    expect(await store.has(cut, 7)).toBe(true);
    await lease.release();
  });

  it('names missing blobs, wrong sizes, odd manifests and foreign things', async () => {
    const missing = digestOf(bytes('missing'));
    const one = await put('one');
    await tagged('app', [missing]);
    await store.tag('long', { mediaType: 'application/x', digest: one, size: 4 });
    const odd = await put('{"layers":7}');
    await store.tag('odd', { mediaType: manifestType, digest: odd, size: 12 });
    writeFileSync(join(store.directory, 'blobs', 'sha256', 'README'), '');
    const { damages } = await store.verify();
    expect(damages).toHaveLength(4);
    expect(damages).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'missing', digest: missing, tags: ['app'] }),
        expect.objectContaining({ kind: 'size', digest: one, size: 3, expected: [4], tags: ['long'] }),
        expect.objectContaining({ kind: 'manifest', digest: odd, tags: ['odd'] }),
        expect.objectContaining({ kind: 'foreign', path: expect.stringContaining('README') }),
      ]),
    );
  });

  it('names what is no file under the name of a blob', async () => {
    const linked = digestOf(bytes('linked'));
    const nested = digestOf(bytes('nested'));
    writeFileSync(join(folder, 'outside'), 'linked');
    symlinkSync(join(folder, 'outside'), store.blobPath(linked));
    mkdirSync(store.blobPath(nested));
    const { damages } = await store.verify({ remove: true });
    expect(damages.map((damage) => damage.kind)).toEqual(['unreadable', 'unreadable']);
    expect(readFileSync(join(folder, 'outside'), 'utf8')).toBe('linked');
    expect((await store.verify()).damages).toEqual([]);
  });

  it('follows a manifest that leads to more than a call takes arguments', async () => {
    const digest = digestOf(bytes('missing'));
    await tagged(
      'large',
      Array.from({ length: 150_000 }, () => digest),
    );
    expect((await store.verify()).damages).toEqual([{ kind: 'missing', digest, tags: ['large'] }]);
  });

  it('goes on when the index is damaged', async () => {
    const bad = await put('bad');
    flip(bad, 0);
    writeFileSync(join(store.directory, 'index.json'), '{');
    expect((await store.verify()).damages).toMatchObject([
      { kind: 'index' },
      { kind: 'content', digest: bad, tags: [] },
    ]);
  });

  it('names an index that is lost, and what to do before the next gc', async () => {
    await tagged('app', [await put('one')]);
    rmSync(join(store.directory, 'index.json'));
    expect((await store.verify()).damages).toEqual([
      { kind: 'index', reason: expect.stringMatching(/is missing.*Restore it.*before you run gc/) },
    ]);
  });

  it('stops when it is told to', async () => {
    await put('one');
    await expect(store.verify({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
  });
});

async function put(content: string): Promise<Digest> {
  return (await store.write(bytesOf(bytes(content)))).digest;
}

async function tagged(name: string, layers: readonly Digest[]): Promise<void> {
  const text = JSON.stringify({ schemaVersion: 2, layers: layers.map((digest) => ({ digest })) });
  await store.tag(name, { mediaType: manifestType, digest: await put(text), size: text.length });
}

function flip(digest: Digest, bit: number): void {
  const path = store.blobPath(digest);
  const content = readFileSync(path);
  content[1] = (content[1] ?? 0) ^ (1 << bit);
  chmodSync(path, 0o644);
  writeFileSync(path, content);
}
