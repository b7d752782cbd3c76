import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bytesOf, collect, type Digest, digestHex, digestOf } from '@block-pack/core';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from './open-store.ts';
import type { Store } from './store.ts';
import { intercept } from './testing/fault.ts';
import { temporaryFolder } from './testing/processes.ts';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const minute = 60_000;
const day = 24 * 60 * minute;
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

let store: Store;
let count = 0;
beforeEach(async () => {
  store = await openStore(join(folder, `store-${count++}`), { create: true });
});

describe('collecting garbage', () => {
  it('keeps what a tag leads to, through indexes, manifests, configs, layers, blobs, blocks and subjects', async () => {
    const [config, layer, blob, block, attached] = await Promise.all(
      ['config', 'layer', 'blob', 'block', 'attached'].map(put),
    );
    const subject = await putJson({ layers: [attached] });
    const manifest = await putJson({
      config,
      layers: [layer],
      blobs: [blob],
      blocks: [block],
      subject: { ...subject, mediaType: manifestType },
    });
    const index = await putJson({ manifests: [{ ...manifest, mediaType: manifestType }] });
    await store.tag('app', { ...index, mediaType: indexType });
    const stray = await put('stray');
    ageAll();
    const report = await store.gc({ keepMs: 0 });
    expect(report).toMatchObject({
      kept: { count: 8 },
      removed: { count: 1, bytes: 5 },
      missing: [],
      unreadable: [],
    });
    expect(await store.has(stray.digest)).toBe(false);
    expect(await store.verify()).toMatchObject({ blobs: 8, damages: [] });
  });

  it('keeps what was used within the time to keep', async () => {
    const { digest } = await put('young');
    expect(await store.gc({ keepMs: day, now: Date.now() + day - minute })).toMatchObject({
      removed: { count: 0 },
    });
    expect(await store.gc({ keepMs: day, now: Date.now() + day + minute })).toMatchObject({
      removed: { count: 1 },
    });
    expect(await store.has(digest)).toBe(false);
  });

  it('says what it would remove, and removes nothing, when it only tries', async () => {
    await put('old');
    ageAll();
    expect(await store.gc({ keepMs: 0, dryRun: true })).toMatchObject({
      removed: { count: 1 },
      kept: { count: 0 },
    });
    expect(await store.verify()).toMatchObject({ blobs: 1 });
  });

  it('keeps what was written or found under a lease as long as the lease lasts', async () => {
    const known = await put('known');
    ageAll();
    const lease = await store.lease();
    expect(await store.has(known.digest)).toBe(true);
    await put('new');
    expect(await store.gc({ keepMs: 0, now: Date.now() + 5 * minute })).toMatchObject({
      removed: { count: 0 },
    });
    await lease.release();
    expect(await store.gc({ keepMs: 0, now: Date.now() + 5 * minute })).toMatchObject({
      removed: { count: 2 },
    });
  });

  it('takes a lease without a sign of life for ended, and its owner cannot tag what may be gone', async () => {
    const lease = await store.lease();
    const { digest, size } = await put('kept by the lease');
    const other = await openStore(store.directory);
    expect(await other.gc({ keepMs: 0, now: Date.now() + 11 * minute })).toMatchObject({
      removed: { count: 1 },
    });
    await expect(store.tag('late', { digest, size, mediaType: manifestType })).rejects.toMatchObject({
      code: 'STORE_UNUSABLE',
      message: expect.stringContaining('has lapsed'),
    });
    await lease.release();
  });

  it('puts a blob back that was used between the look and the removal', async () => {
    const { digest } = await put('wanted after all');
    ageAll();
    const restore = intercept('renameSync', ([from, to], real) => {
      if (String(to).includes('gc-')) utimesSync(String(from), new Date(), new Date());
      return real(from, to);
    });
    try {
      expect(await store.gc({ keepMs: 0 })).toMatchObject({ removed: { count: 0 }, kept: { count: 1 } });
    } finally {
      restore();
    }
    expect(await store.has(digest)).toBe(true);
  });

  it('lets a reader have a blob that is on its way out', async () => {
    const { digest } = await put('read at the last moment');
    ageAll();
    const readings: Promise<Uint8Array>[] = [];
    const restore = intercept('renameSync', ([from, to], real) => {
      real(from, to);
      if (String(to).includes('gc-')) readings.push(collect(store.read(digest), 100, 'the blob'));
    });
    try {
      await store.gc({ keepMs: 0 });
    } finally {
      restore();
    }
    expect(readings).toHaveLength(1);
    expect(new TextDecoder().decode(await readings[0])).toBe('read at the last moment');
  });

  it('puts back what a killed collection had moved away', async () => {
    const { digest } = await put('in between');
    const trash = join(store.directory, 'drafts', 'gc-killed');
    mkdirSync(trash);
    renameSync(store.blobPath(digest), join(trash, digestHex(digest)));
    expect(await collect(store.read(digest), 100, 'the blob')).toHaveLength(10);
    await store.gc({ keepMs: 0 });
    expect(existsSync(store.blobPath(digest))).toBe(true);
    expect(existsSync(trash)).toBe(false);
  });

  it('names what tags lead to and is not there, but not a subject that may be missing', async () => {
    const subject = { mediaType: manifestType, digest: digestOf(new Uint8Array(1)), size: 1 };
    const gone = { digest: digestOf(new Uint8Array(2)), size: 2 };
    const manifest = await putJson({ layers: [gone], subject });
    await store.tag('torn', { ...manifest, mediaType: manifestType });
    expect((await store.gc({ keepMs: 0 })).missing).toEqual([{ digest: gone.digest, tags: ['torn'] }]);
  });

  it('removes nothing from a store that has lost its index, not even after another pack', async () => {
    await store.tag('app', { ...(await putJson({ layers: [await put('layer')] })), mediaType: manifestType });
    ageAll();
    rmSync(join(store.directory, 'index.json'));
    const lost = {
      code: 'STORE_INVALID',
      message: expect.stringContaining('index.json is missing'),
      hint: expect.stringMatching(/Restore it.*before you run gc/),
    };
    await expect(store.gc({ keepMs: 0 })).rejects.toMatchObject(lost);
    await expect(store.gc({ keepMs: 0, dryRun: true })).rejects.toMatchObject(lost);
    await expect(openStore(store.directory, { create: true })).rejects.toMatchObject(lost);
    await expect(store.tag('b', { ...(await put('b')), mediaType: manifestType })).rejects.toMatchObject(
      lost,
    );
    expect(readdirSync(join(store.directory, 'blobs', 'sha256'))).toHaveLength(3);
  });

  it('stops when it is told to, and leaves the rest as it was', async () => {
    for (const content of ['a', 'b', 'c']) await put(content);
    ageAll();
    const stop = new AbortController();
    const restore = intercept('renameSync', ([from, to], real) => {
      stop.abort();
      return real(from, to);
    });
    try {
      await expect(store.gc({ keepMs: 0, signal: stop.signal })).rejects.toMatchObject({
        code: 'INTERRUPTED',
      });
    } finally {
      restore();
    }
    expect(readdirSync(join(store.directory, 'drafts'))).toEqual([]);
    expect(await store.verify()).toMatchObject({ blobs: 2, damages: [] });
  });

  it('names manifests that it cannot look into', async () => {
    const text = await put('not json');
    await store.tag('odd', { ...text, mediaType: manifestType });
    const { unreadable } = await store.gc({ keepMs: 0 });
    expect(unreadable).toMatchObject([
      { digest: text.digest, tags: ['odd'], reason: expect.stringContaining('no manifest') },
    ]);
  });

  it('removes what killed runs left, and memories that nobody asked for in ninety days', async () => {
    writeFileSync(join(store.directory, 'drafts', 'left'), 'x');
    mkdirSync(join(store.directory, 'drafts', 'input-left'));
    writeFileSync(join(store.directory, 'drafts', 'input-left', 'file'), 'x');
    writeFileSync(join(store.cacheDirectory, 'old.json'), '{}');
    await store.gc({ keepMs: 0, now: Date.now() + minute });
    expect(readdirSync(join(store.directory, 'drafts')).sort()).toEqual(['input-left', 'left']);
    const report = await store.gc({ keepMs: 0, now: Date.now() + 91 * day });
    expect(report.leftovers).toEqual({ count: 3, bytes: 4 });
    expect(readdirSync(join(store.directory, 'drafts'))).toEqual([]);
    expect(readdirSync(join(store.directory, 'cache'))).toEqual([]);
  });
});

async function put(content: string): Promise<{ digest: Digest; size: number }> {
  const { digest, size } = await store.write(bytesOf(new TextEncoder().encode(content)));
  return { digest, size };
}

function putJson(document: object): Promise<{ digest: Digest; size: number }> {
  return put(JSON.stringify({ schemaVersion: 2, ...document }));
}

/** As if nobody had used any blob for a year. */
function ageAll(): void {
  const blobs = join(store.directory, 'blobs', 'sha256');
  for (const name of readdirSync(blobs))
    utimesSync(join(blobs, basename(name)), 1, Date.now() / 1000 - 365 * 86_400);
}
