import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesOf, collect, concat } from '../bytes.ts';
import { digestOf } from '../digest.ts';
import type { ImportManifest } from '../import-manifest.ts';
import { MemoryBlobStore } from '../memory-blob-store.ts';
import { encodeTarHeader } from '../tar-header.ts';
import { type FakeImport, fakeManifest } from '../testing/index.ts';
import { assembleLayer } from './assemble-layer.ts';
import { checkLayer, type LayerFinding } from './check-layer.ts';
import { gzipMember } from './gzip-member.ts';
import { type LayerRecipe, layerRecipe, withLayerRecipe } from './layer-recipe.ts';

const imports: readonly FakeImport[] = [
  ['/app/lib/asm.jar', 'asm '.repeat(3000)],
  ['/site', { 'six.py': 'import sys', 'logs/': '', 'bin/link': '-> ../six.py' }],
  ['/site', { 'yaml/__init__.py': 'x = 1' }],
];

/** A layer in the pieces that it is made of. */
interface Pieces {
  readonly head: Uint8Array;
  readonly segments: readonly Uint8Array[];
  readonly end: Uint8Array;
}

let manifest: ImportManifest;
let recipe: LayerRecipe;
let whole: Uint8Array;
let pieces: Pieces;

beforeAll(async () => {
  const store = new MemoryBlobStore();
  const given = await fakeManifest(store, imports);
  const layer = await assembleLayer(given, {
    blocks: store,
    encoding: 'gzip-6',
    write: store.write.bind(store),
  });
  manifest = layer.manifest;
  recipe = layer.recipe;
  whole = await collect(store.read(layer.digest), 1 << 24, 'the layer');
  let at = recipe.head;
  const segments = recipe.segments.map(({ packed }) => {
    at += packed;
    return whole.subarray(at - packed, at);
  });
  pieces = { head: whole.subarray(0, recipe.head), segments, end: whole.subarray(at) };
});

async function member(tar: Uint8Array): Promise<Uint8Array> {
  return collect(gzipMember(bytesOf(tar), 'gzip-6'), 1 << 24, 'the member');
}

/** What is found in a layer of other pieces, whose manifest gives their own lengths and digests. */
async function findingsOf(changed: Partial<Pieces>): Promise<readonly LayerFinding[]> {
  const { head, segments, end } = { ...pieces, ...changed };
  const blob = concat([head, ...segments, end]);
  const told = withLayerRecipe(manifest, {
    ...recipe,
    layer: { digest: digestOf(blob), size: blob.length },
    diffId: digestOf(gunzipSync(blob)),
    head: head.length,
    segments: segments.map(({ length }, index) => ({
      packed: length,
      empty: recipe.segments[index]?.empty ?? [],
    })),
  });
  return checkLayer(told, bytesOf(blob));
}

/** The segments, the second of them with another tar inside. */
async function withSegment(change: (tar: Uint8Array) => Uint8Array): Promise<Partial<Pieces>> {
  const [first, second, third] = pieces.segments;
  if (first === undefined || second === undefined || third === undefined)
    throw new Error('three are expected');
  return { segments: [first, await member(change(gunzipSync(second))), third] };
}

describe('a layer that is as its manifest says', () => {
  it('has no findings', async () => {
    expect(await checkLayer(manifest, bytesOf(whole))).toEqual([]);
  });

  it('has none either when it comes byte by byte', async () => {
    const seen: number[] = [];
    const bytes = Array.from(whole, (byte) => Uint8Array.of(byte));
    expect(
      await checkLayer(manifest, bytesOf(...bytes), { onProgress: (size) => void seen.push(size) }),
    ).toEqual([]);
    expect(seen.at(-1)).toBe(whole.length);
  });
});

describe('a layer that is not', () => {
  it.each([0.05, 0.3, 0.6, 0.98])('is found when a byte at %d of it is another', async (part) => {
    const damaged = whole.slice();
    const at = Math.floor(damaged.length * part);
    damaged[at] = (damaged[at] ?? 0) ^ 0x10;
    const findings = await checkLayer(manifest, bytesOf(damaged));
    expect(findings.map(({ message }) => message).join('\n')).toContain('its digest is');
    expect(findings.length).toBeGreaterThan(1);
  });

  it('is found when it is cut off, and when something stands behind it', async () => {
    const cut = await checkLayer(manifest, bytesOf(whole.subarray(0, whole.length - 1)));
    expect(cut.map(({ message }) => message)).toContain('it ends too early');
    const longer = await checkLayer(manifest, bytesOf(whole, Uint8Array.of(0)));
    expect(longer).toContainEqual({
      part: 'layer',
      message: `it has ${whole.length + 1} bytes, expected ${whole.length}`,
    });
  });

  it('is found when its bytes are well but its encoder would write others', async () => {
    const [first, ...rest] = pieces.segments;
    const other = gzipSync(gunzipSync(first ?? new Uint8Array()), { level: 9 });
    expect(await findingsOf({ segments: [other, ...rest] })).toEqual([
      { part: 'segment', path: '/app/lib/asm.jar', message: 'its bytes are not the ones that gzip-6 writes' },
    ]);
  });

  const entry = (path: string) => encodeTarHeader({ kind: 'file', path, size: 0, executable: false });
  const broken: readonly (readonly [string, (tar: Uint8Array) => Uint8Array, RegExp])[] = [
    [
      'zero blocks in a segment',
      (tar) => concat([tar, new Uint8Array(1024)]),
      /zero blocks in the segment of \/site/,
    ],
    [
      'a directory in a segment',
      (tar) => concat([tar, encodeTarHeader({ kind: 'directory', path: 'site/x' })]),
      /a directory in the segment/,
    ],
    ['a file of another import', (tar) => concat([tar, entry('etc/passwd')]), /holds "etc\/passwd"/],
    ['a file more', (tar) => concat([tar, entry('site/zzz')]), /its block is sha256:.* expected/],
    [
      'another content',
      (tar) => tar.map((byte, at) => (at === tar.length - 512 ? byte ^ 1 : byte)),
      /its block is sha256:.* expected/,
    ],
    ['a global pax header', (tar) => concat([globalHeader(), tar]), /an entry of type "g"/],
    ['half a header', (tar) => concat([tar, new Uint8Array(100)]), /ends too early/],
  ];
  it.each(broken)('is found with %s', async (_, change, message) => {
    const findings = await findingsOf(await withSegment(change));
    expect(findings[0]).toMatchObject({
      part: 'segment',
      path: '/site',
      message: expect.stringMatching(message),
    });
  });

  it('is found with a path that stands twice', async () => {
    const [first, , third] = pieces.segments;
    const twice = { ...manifest, imports: manifest.imports.filter((_, index) => index !== 1) };
    const again = twice.imports.at(-1);
    if (again === undefined || first === undefined || third === undefined)
      throw new Error('an import is expected');
    const changed = { ...twice, imports: [...twice.imports, again] };
    const told = withLayerRecipe(changed, {
      ...recipe,
      segments: [first, third, third].map(({ length }) => ({ packed: length, empty: [] })),
    });
    const findings = await checkLayer(told, bytesOf(pieces.head, first, third, third, pieces.end));
    expect(findings).toContainEqual(
      expect.objectContaining({
        part: 'segment',
        message: expect.stringMatching(/"\/site\/yaml\/__init__.py" would stand twice/),
      }),
    );
  });

  it('is found with directories that are not the ones of its imports', async () => {
    const more = concat([gunzipSync(pieces.head), encodeTarHeader({ kind: 'directory', path: 'zzz' })]);
    expect(await findingsOf({ head: await member(more) })).toEqual([
      { part: 'head', message: expect.stringContaining('its directories are not the ones') },
    ]);
  });

  const many = Array.from({ length: 40 }, (_, at): FakeImport => [`/app/lib/${10 + at}.jar`, `jar ${at}`]);
  it.each([
    ['head', 1],
    ['head', -1],
    ['packed', 1],
    ['packed', -5],
    ['packed', 700],
  ])('is not told once for each import when %s is wrong by %i', async (which, by) => {
    const store = new MemoryBlobStore();
    const options = { blocks: store, encoding: 'gzip-6', write: store.write.bind(store) } as const;
    const { manifest: told, recipe: made } = await assembleLayer(await fakeManifest(store, many), options);
    const lie = withLayerRecipe(told, {
      ...made,
      head: which === 'head' ? made.head + by : made.head,
      segments: made.segments.map((segment, at) =>
        which === 'packed' && at === 2 ? { ...segment, packed: segment.packed + by } : segment,
      ),
    });
    const findings = await checkLayer(lie, store.read(made.layer.digest));
    expect(findings.length).toBeLessThanOrEqual(3);
    expect(findings.at(-1)).toMatchObject({
      path: which === 'head' ? '/app/lib/10.jar' : '/app/lib/13.jar',
      message: expect.stringMatching(
        which === 'head'
          ? /this import and 39 behind it are not checked/
          : /and 36 behind it are not checked/,
      ),
    });
  });

  it('is found with another end, and without one', async () => {
    for (const size of [0, 512, 2048]) {
      expect(await findingsOf({ end: await member(new Uint8Array(size)) })).toEqual([
        { part: 'end', message: 'it is not the two zero blocks that end a tar' },
      ]);
    }
    expect(await findingsOf({ end: new Uint8Array() })).toMatchObject([{ part: 'end' }]);
  });

  it('cannot be checked by a manifest that says nothing of it', async () => {
    const plain = { ...manifest, directives: [] };
    expect(layerRecipe(plain)).toBeUndefined();
    await expect(checkLayer(plain, bytesOf(whole))).rejects.toMatchObject({ code: 'MANIFEST_INVALID' });
  });

  it('is not confused with a source that fails, or with an interruption', async () => {
    async function* failing() {
      yield whole.subarray(0, 300);
      throw new Error('the line went dead');
    }
    await expect(checkLayer(manifest, failing())).rejects.toThrow('the line went dead');
    const signal = AbortSignal.abort();
    await expect(checkLayer(manifest, bytesOf(whole), { signal })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
  });
});

function globalHeader(): Uint8Array {
  const header = encodeTarHeader({ kind: 'file', path: 'pax_global_header', size: 0, executable: false });
  header[156] = 'g'.charCodeAt(0);
  return header;
}
