import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { bytesOf, type Digest, digestOf, MemoryBlobStore } from '@block-pack/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  directory,
  type FakeEntry,
  fakeLayer,
  fakeTar,
  file,
  hardLink,
  pax,
  symlink,
} from '../testing/fake-layer.ts';
import { type ResolveImageOptions, resolveImage } from './resolve-image.ts';
import type { RootImage } from './root-image.ts';

const gzip = 'application/vnd.oci.image.layer.v1.tar+gzip';
const isRoot = process.getuid?.() === 0;
const options: ResolveImageOptions = { method: 'auto', owners: false };

let work: string;
let blobs: MemoryBlobStore;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'block-pack-root-'));
  blobs = new MemoryBlobStore();
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const at = (...names: readonly string[]) => join(work, 'rootfs', ...names);
const mode = (...names: readonly string[]) => lstatSync(at(...names)).mode & 0o7777;

async function imageOf(...layers: readonly (readonly FakeEntry[])[]): Promise<RootImage> {
  const parts = await Promise.all(
    layers.map(async (entries) => {
      const blob = fakeLayer(...entries);
      const { digest, size } = await blobs.write(bytesOf(blob));
      const diffId = digestOf(gunzipSync(blob));
      return { kind: 'layer', layer: { mediaType: gzip, digest, size, diffId } } as const;
    }),
  );
  return { parts };
}

async function resolved(...layers: readonly (readonly FakeEntry[])[]) {
  return resolveImage(await imageOf(...layers), blobs, at(), options);
}

describe('an image that is resolved', () => {
  it('is the root file system of all its layers', async () => {
    const report = await resolved(
      [
        directory('./', { mode: 0o711 }),
        directory('etc', { mode: 0o750, mtime: 1_600_000_000 }),
        file('etc/old', 'gone'),
        file('etc/name', 'lower', { mode: 0o600, mtime: 1_500_000_000 }),
        symlink('bin', 'usr/bin'),
        file('usr/bin/tool', '#!', { mode: 0o755 }),
        hardLink('usr/bin/alias', 'usr/bin/tool'),
      ],
      [
        file('etc/.wh.old'),
        file('bin/more', 'added'),
        pax({ mtime: '1700000000.5' }),
        file('etc/name', 'upper'),
      ],
    );
    expect(report).toMatchObject({
      target: at(),
      layers: 2,
      files: 3,
      links: 1,
      directories: 4,
      bytes: 12,
      imports: 0,
    });
    expect(readdirSync(at('etc'))).toEqual(['name']);
    expect(readFileSync(at('etc/name'), 'utf8')).toBe('upper');
    expect(readlinkSync(at('bin'))).toBe('usr/bin');
    expect(readdirSync(at('usr/bin')).sort()).toEqual(['alias', 'more', 'tool']);
    expect(statSync(at('usr/bin/tool')).ino).toBe(statSync(at('usr/bin/alias')).ino);
    expect([mode(), mode('etc'), mode('etc/name'), mode('usr'), mode('usr/bin/tool')]).toEqual([
      0o711, 0o750, 0o644, 0o755, 0o755,
    ]);
    expect(statSync(at('etc')).mtimeMs).toBe(1_600_000_000_000);
    expect(statSync(at('etc/name')).mtimeMs).toBe(1_700_000_000_500);
  });

  it('belongs to the owners that it names where root asks for it, and else to whoever resolves it', async () => {
    const image = await imageOf([
      directory('d', { uid: 1234, gid: 4321, mode: 0o2775 }),
      file('d/su', 'x', { uid: 1234, gid: 4321, mode: 0o4755 }),
      { ...symlink('l', 'd'), uid: 1234 },
    ]);
    const report = await resolveImage(image, blobs, at(), { ...options, owners: isRoot });
    const [uid, gid] = isRoot ? [1234, 4321] : [process.getuid?.(), process.getgid?.()];
    expect(lstatSync(at('d'))).toMatchObject({ uid, gid });
    expect(lstatSync(at('d/su'))).toMatchObject({ uid, gid });
    expect(lstatSync(at('l'))).toMatchObject({ uid });
    expect([mode('d'), mode('d/su')]).toEqual(isRoot ? [0o2775, 0o4755] : [0o775, 0o755]);
    expect(report).toMatchObject({ owners: isRoot, setIds: isRoot ? 0 : 2 });
  });

  it('leaves out what cannot be made, and says so', async () => {
    const report = await resolved([
      { path: 'dev/null', type: '3' },
      { path: 'run/pipe', type: '6' },
      pax({ 'SCHILY.xattr.security.capability': 'x' }),
      file('ping', 'x', { mode: 0o4755 }),
    ]);
    expect(report).toMatchObject({ leftOut: ['/dev/null', '/run/pipe'], xattrs: 1, setIds: 1 });
    expect(readdirSync(at('dev'))).toEqual([]);
    expect(mode('ping')).toBe(0o755);
  });

  it('has directories that lock their owner out, as the image wants it', async () => {
    await resolved([
      directory('closed', { mode: 0 }),
      file('closed/in', 'x'),
      directory('read', { mode: 0o555 }),
      file('read/in'),
    ]);
    expect([mode('closed'), mode('read')]).toEqual([0, 0o555]);
    for (const name of ['closed', 'read']) chmodSync(at(name), 0o755);
    expect(readdirSync(at('closed'))).toEqual(['in']);
  });

  it('is the same from listings that were kept', async () => {
    const image = await imageOf([file('a', 'x'), symlink('b', 'a')], [file('.wh.b'), hardLink('c', 'a')]);
    const kept = { ...options, cacheDirectory: work };
    const first = await resolveImage(image, blobs, at('1'), kept);
    const second = await resolveImage(image, blobs, at('2'), kept);
    expect(second).toEqual({ ...first, target: at('2') });
    expect(readdirSync(at('2'))).toEqual(['a', 'c']);
  });

  it('never writes through a link, whatever its layers hold', async () => {
    writeFileSync(join(work, 'precious'), 'mine');
    await resolved(
      [symlink('out', work), symlink('file', join(work, 'precious')), symlink('up', '../../../../../..')],
      [file('out/owned', 'inside'), file('file', 'replaced'), file(`up${work}/precious`, 'inside, too')],
    );
    expect(readFileSync(join(work, 'precious'), 'utf8')).toBe('mine');
    expect(readdirSync(work).sort()).toEqual(['precious', 'rootfs']);
    expect(readFileSync(at(work, 'owned'), 'utf8')).toBe('inside');
    expect(readFileSync(at(work, 'precious'), 'utf8')).toBe('inside, too');
    expect(readFileSync(at('file'), 'utf8')).toBe('replaced');
  });

  it('shows how far it is', async () => {
    const seen: string[] = [];
    const image = await imageOf([file('a')], [file('b')]);
    await resolveImage(image, blobs, at(), {
      ...options,
      onProgress: ({ phase, parts, totalParts }) => seen.push(`${phase} ${parts}/${totalParts}`),
    });
    expect(seen).toEqual(['reading 0/2', 'reading 1/2', 'unpacking 0/2', 'unpacking 1/2']);
  });
});

describe('an image that cannot be resolved', () => {
  const refused = async (image: RootImage, more: Partial<ResolveImageOptions> = {}) => {
    const error = await resolveImage(image, blobs, at(), { ...options, ...more }).then(
      () => undefined,
      (refusal: unknown) => refusal,
    );
    expect(readdirSync(work)).toEqual([]);
    return error;
  };
  const withLayer = async (change: Readonly<Record<string, unknown>>): Promise<RootImage> => {
    const { parts } = await imageOf([file('a', 'x')]);
    return {
      parts: parts.map((part) =>
        part.kind === 'layer' ? { ...part, layer: { ...part.layer, ...change } } : part,
      ),
    };
  };

  it('leaves nothing behind: a layer is missing', async () => {
    const digest = digestOf(new Uint8Array([1]));
    expect(await refused(await withLayer({ digest }))).toMatchObject({ code: 'BLOB_MISSING' });
  });

  it.each([
    ['diffID', { diffId: digestOf(new Uint8Array()) }],
    ['size', { size: 7 }],
  ])('leaves nothing behind: a layer has another %s', async (what, change) => {
    expect(await refused(await withLayer(change))).toMatchObject({
      code: 'DIGEST_MISMATCH',
      message: expect.stringContaining(what),
    });
  });

  it('leaves nothing behind: a layer is damaged, which counts for more than how it fails as a tar', async () => {
    const { parts } = await imageOf([file('a', 'x')]);
    const whole = blobs;
    const damaged = {
      has: (digest: Digest) => whole.has(digest),
      async *read(digest: Digest) {
        for await (const chunk of whole.read(digest)) yield chunk.map((byte) => byte ^ 1);
        throw Object.assign(new Error('damaged'), { code: 'DIGEST_MISMATCH' });
      },
    };
    await expect(resolveImage({ parts }, damaged, at(), options)).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
    });
    expect(readdirSync(work)).toEqual([]);
  });

  it('leaves nothing behind: its layer is a bomb, or climbs', async () => {
    expect(await refused(await imageOf([file('../../x')]))).toMatchObject({ code: 'ARCHIVE_INVALID' });
  });

  it('leaves nothing behind: it is interrupted', async () => {
    const image = await imageOf([file('a', 'x')], [file('b', 'y')]);
    const stop = new AbortController();
    const error = await refused(image, {
      signal: stop.signal,
      onProgress: ({ phase, parts }) => void (phase === 'unpacking' && parts === 1 && stop.abort()),
    });
    expect(error).toMatchObject({ code: 'INTERRUPTED' });
  });

  it('leaves alone a directory that holds something', async () => {
    writeFileSync(join(work, 'mine'), '');
    const image = await imageOf([file('a')]);
    await expect(resolveImage(image, blobs, work, options)).rejects.toMatchObject({
      code: 'TARGET_NOT_EMPTY',
    });
    expect(readdirSync(work)).toEqual(['mine']);
  });

  it('is told from one whose listing was kept of other bytes', async () => {
    const image = await imageOf([file('a', 'x')]);
    await resolveImage(image, blobs, at('1'), { ...options, cacheDirectory: work });
    const wrong = await withLayer({ diffId: digestOf(fakeTar()) });
    const again = resolveImage(wrong, blobs, at('2'), { ...options, cacheDirectory: work });
    await expect(again).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });
});
