import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { list } from 'tar';
import { describe, expect, it, vi } from 'vitest';
import type { BlobSource } from '../blob.ts';
import { type Bytes, bytesOf, collect } from '../bytes.ts';
import { type Digest, digestOf, verified } from '../digest.ts';
import { parseImagePath } from '../image-path.ts';
import { decodeImportManifest, encodeImportManifest, type ImportManifest } from '../import-manifest.ts';
import { MemoryBlobStore } from '../memory-blob-store.ts';
import { type FakeImport, fakeManifest } from '../testing/index.ts';
import { type AssembledLayer, type AssembleLayerOptions, assembleLayer } from './assemble-layer.ts';
import { layerRecipe } from './layer-recipe.ts';
import { blockFromSegment } from './segment.ts';
import { type KeptSegment, type SegmentKey, type SegmentMemory, segmentKey } from './segment-memory.ts';

const imports: readonly FakeImport[] = [
  ['/app/lib/asm.jar', 'asm '.repeat(3000)],
  ['/app/start.sh', '#!/bin/sh\n'],
  ['/site', { 'six.py': 'import sys', 'logs/': '', 'bin/link': '-> ../six.py', 'bin/tool.sh': 'run' }],
  ['/site', { 'yaml/__init__.py': 'x = 1', 'yaml/empty/': '' }],
  ['/opt/ümläut', { 'a file': 'with a space' }],
];

async function assemble(
  store: MemoryBlobStore,
  manifest: ImportManifest,
  options: Partial<AssembleLayerOptions> = {},
  expected?: Digest,
): Promise<AssembledLayer> {
  const write = (content: Bytes, digest?: Digest) => store.write(content, digest);
  return assembleLayer(manifest, { blocks: store, encoding: 'gzip-6', write, ...options }, expected);
}

async function all(content: Bytes): Promise<Uint8Array> {
  return collect(content, 1 << 26, 'the content');
}

interface Entry {
  readonly path: string;
  readonly type: string;
  readonly mode: number | undefined;
  readonly size: number;
}

/** What node-tar sees in a layer; it fails at anything that it does not understand. */
async function entriesOf(blob: Uint8Array): Promise<Entry[]> {
  const entries: Entry[] = [];
  const parser = list({
    strict: true,
    onReadEntry: ({ path, type, mode, size }) => void entries.push({ path, type, mode, size }),
  });
  await new Promise<void>((resolve, reject) => {
    parser.on('end', resolve).on('error', reject);
    parser.end(Buffer.from(blob));
  });
  return entries;
}

describe('a layer', () => {
  it('holds every directory first, then the files and links of each import, and ends as a tar does', async () => {
    const store = new MemoryBlobStore();
    const { digest, size, diffId } = await assemble(store, await fakeManifest(store, imports));
    const blob = await all(store.read(digest));
    expect(blob.length).toBe(size);
    expect(digestOf(gunzipSync(blob))).toBe(diffId);
    const entries = await entriesOf(blob);
    const directories = entries.filter(({ type }) => type === 'Directory').map(({ path }) => path);
    expect(directories).toEqual([
      'app/',
      'app/lib/',
      'opt/',
      'opt/ümläut/',
      'site/',
      'site/bin/',
      'site/logs/',
      'site/yaml/',
      'site/yaml/empty/',
    ]);
    expect(
      entries.slice(0, directories.length).every(({ type, mode }) => type === 'Directory' && mode === 0o755),
    ).toBe(true);
    const rest = entries.slice(directories.length);
    expect(rest.map(({ path, type, mode }) => `${path} ${type} ${mode?.toString(8)}`).sort()).toEqual([
      'app/lib/asm.jar File 644',
      'app/start.sh File 755',
      'opt/ümläut/a file File 644',
      'site/bin/link SymbolicLink 777',
      'site/bin/tool.sh File 755',
      'site/six.py File 644',
      'site/yaml/__init__.py File 644',
    ]);
  });

  it('is the same from the same manifest, in any order of lines and in another store', async () => {
    const [one, two] = [new MemoryBlobStore(), new MemoryBlobStore()];
    const first = await assemble(one, await fakeManifest(one, imports));
    const second = await assemble(two, await fakeManifest(two, [...imports].reverse()));
    expect(second.digest).toBe(first.digest);
    expect(encodeImportManifest(second.manifest)).toBe(encodeImportManifest(first.manifest));
    const unsorted = await fakeManifest(one, imports);
    const third = await assemble(one, { ...unsorted, imports: [...unsorted.imports].reverse() });
    expect(third).toEqual(first);
  });

  it('says in its manifest how it was made, and comes out the same from that manifest', async () => {
    const store = new MemoryBlobStore();
    const layer = await assemble(store, await fakeManifest(store, imports));
    const manifest = decodeImportManifest(encodeImportManifest(layer.manifest), 'the image');
    expect(layerRecipe(manifest)).toEqual(layer.recipe);
    const { head, segments } = layer.recipe;
    const tail = layer.size - head - segments.reduce((sum, { packed }) => sum + packed, 0);
    expect(tail).toBeGreaterThan(18);
    expect((await assemble(store, manifest)).manifest).toEqual(layer.manifest);
  });

  it('gives a directory the mode and owner that it is told, and only those that it has', async () => {
    const store = new MemoryBlobStore();
    const owners = new Map([
      [parseImagePath('/app'), { mode: 0o1777, uid: 5_000_000, gid: 7 }],
      [parseImagePath('/opt'), { mode: 0o755, uid: 0, gid: 0 }],
      [parseImagePath('/elsewhere'), { mode: 0o700, uid: 1, gid: 1 }],
    ]);
    const manifest = await fakeManifest(store, imports);
    const layer = await assemble(store, manifest, { directories: owners });
    expect(layer.manifest.directives.slice(1)).toEqual(['dir /app mode=1777 uid=5000000 gid=7']);
    const [app] = await entriesOf(await all(store.read(layer.digest)));
    expect(app).toMatchObject({ path: 'app/', mode: 0o1777 });
    expect(layer.digest).not.toBe((await assemble(store, manifest)).digest);
  });

  it('of no imports is an empty tar', async () => {
    const store = new MemoryBlobStore();
    const layer = await assemble(store, { packer: 'files', directives: [], imports: [] });
    expect(gunzipSync(await all(store.read(layer.digest)))).toEqual(Buffer.alloc(1024));
  });

  it('tells how far it is, and stops when it is interrupted', async () => {
    const store = new MemoryBlobStore();
    const manifest = await fakeManifest(store, imports);
    const seen: number[] = [];
    const controller = new AbortController();
    await assemble(store, manifest, { onProgress: ({ segments }) => void seen.push(segments) });
    expect(seen.at(-1)).toBe(imports.length);
    const stopped = assemble(store, manifest, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});

describe('what cannot be a layer', () => {
  const refused: readonly (readonly [string, readonly FakeImport[], string, RegExp])[] = [
    [
      'the same file of two trees',
      [
        ['/a', { x: '1' }],
        ['/a', { x: '2' }],
      ],
      'IMPORT_COLLISION',
      /"\/a\/x" would stand twice.*at \/a and .*at \/a/,
    ],
    [
      'a file over a directory',
      [
        ['/a/b', 'file'],
        ['/a', { 'b/c': '2' }],
      ],
      'IMPORT_COLLISION',
      /"\/a\/b" would stand twice/,
    ],
    [
      'a file below a link',
      [
        ['/a', { l: '-> x', x: '1' }],
        ['/a/l', { y: '2' }],
      ],
      'IMPORT_COLLISION',
      /"\/a\/l"/,
    ],
    [
      'an empty directory over a file',
      [
        ['/a', { 'b/': '' }],
        ['/a', { b: '2' }],
      ],
      'IMPORT_COLLISION',
      /"\/a\/b"/,
    ],
    ['a name that takes a file away', [['/a', { '.wh.passwd': '' }]], 'NAME_UNSUPPORTED', /\.wh\./],
    ['a directory that takes one away', [['/.wh.etc/a', 'x']], 'NAME_UNSUPPORTED', /\.wh\./],
  ];
  it.each(refused)('%s is refused before a byte is written', async (_, given, code, message) => {
    const store = new MemoryBlobStore();
    const manifest = await fakeManifest(store, given);
    const refusal = assemble(store, manifest, { write: () => Promise.reject(new Error('written')) });
    await expect(refusal).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('a missing block is named', async () => {
    const manifest = await fakeManifest(new MemoryBlobStore(), imports);
    await expect(assemble(new MemoryBlobStore(), manifest)).rejects.toMatchObject({ code: 'BLOB_MISSING' });
  });

  it.each([0, 2])('a damaged block is named (import %d), also where its segment is copied', async (index) => {
    const store = new MemoryBlobStore();
    const manifest = await fakeManifest(store, imports);
    const digest = manifest.imports[index]?.digest;
    const segments = new Remembering(store);
    await assemble(store, manifest, { segments });
    const damage = { code: 'DIGEST_MISMATCH', message: expect.stringContaining(String(digest)) };
    const blocks = damaging(store, digest);
    await expect(assemble(store, manifest, { blocks })).rejects.toMatchObject(damage);
    await expect(assemble(store, manifest, { blocks, segments })).rejects.toMatchObject(damage);
    const { digest: expected } = await assemble(store, manifest);
    await expect(assemble(store, manifest, { blocks }, expected)).rejects.toMatchObject(damage);
  });

  it('reads whole, and checks, what goes into a layer that nobody expects', async () => {
    const store = new MemoryBlobStore();
    const manifest = await fakeManifest(store, [['/a', 'four']]);
    const read = vi.spyOn(store, 'read');
    const { digest } = await assemble(store, manifest);
    await assemble(store, manifest, {}, digest);
    expect(read.mock.calls.filter(([, range]) => range === undefined)).toHaveLength(1);
  });

  it('a line that lies about the size of its block is refused', async () => {
    const store = new MemoryBlobStore();
    const { imports: lines, ...manifest } = await fakeManifest(store, [['/a', 'four']]);
    for (const size of ['3', '5']) {
      const lying = lines.map((line) => ({ ...line, attributes: new Map([['size', size]]) }));
      const refusal = assemble(store, { ...manifest, imports: lying });
      await expect(refusal).rejects.toMatchObject({
        code: 'MANIFEST_INVALID',
        message: expect.stringContaining(`size=${size}`),
      });
    }
  });

  it('is not kept when it should have been another', async () => {
    const store = new MemoryBlobStore();
    const manifest = await fakeManifest(store, imports);
    const options = { blocks: store, encoding: 'gzip-6', write: store.write.bind(store) } as const;
    const other = digestOf(new Uint8Array());
    await expect(assembleLayer(manifest, options, other)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });
});

describe('the segments of earlier layers', () => {
  it('are copied, and the layer is the same as without them', async () => {
    const store = new MemoryBlobStore();
    const segments = new Remembering(store);
    await assemble(store, await fakeManifest(store, imports), { segments });
    const changed: readonly FakeImport[] = [['/app/lib/asm.jar', 'asm 2'], ...imports.slice(1)];
    const manifest = await fakeManifest(store, changed);
    const layer = await assemble(store, manifest, { segments });
    expect(layer.copied).toBe(imports.length - 1);
    expect(layer).toEqual({ ...(await assemble(store, manifest)), copied: layer.copied });
  });

  it('depend on path, mode and encoding, too', async () => {
    const [line] = (await fakeManifest(new MemoryBlobStore(), [['/a', 'x']])).imports;
    if (line === undefined) throw new Error('an import is expected');
    const others = [
      { ...line, path: parseImagePath('/b') },
      { ...line, attributes: new Map([['mode', '755']]) },
      { ...line, attributes: new Map([['type', 'tree']]) },
    ];
    const keys = [...[line, ...others].map((one) => segmentKey(one, 'gzip-6')), segmentKey(line, 'gzip-1')];
    expect(new Set(keys).size).toBe(5);
    expect(segmentKey({ ...line, attributes: new Map([['purl', 'x']]) }, 'gzip-6')).toBe(keys[0]);
  });

  it('that are damaged, gone or wrong are made anew', async () => {
    const store = new MemoryBlobStore();
    const manifest = await fakeManifest(store, imports);
    const right = await assemble(store, manifest);
    const wrongs: ((kept: KeptSegment) => KeptSegment)[] = [
      (kept) => ({ ...kept, crc: (kept.crc ?? 0) ^ 1 }),
      (kept) => ({ ...kept, length: kept.length - 1 }),
      (kept) => ({ ...kept, layer: digestOf(new Uint8Array()) }),
    ];
    for (const wrong of wrongs) {
      const segments = new Remembering(store);
      await assemble(store, manifest, { segments });
      segments.change(2, wrong);
      const layer = await assemble(store, manifest, { segments });
      expect(layer).toEqual({ ...right, copied: imports.length - 1 });
    }
  });

  it('are made anew where the layer becomes another and no sum says which are right', async () => {
    const store = new MemoryBlobStore();
    const manifest = await fakeManifest(store, imports);
    const right = await assemble(store, manifest);
    const segments = new Remembering(store);
    const { layer } = (await assemble(store, manifest, { segments })).recipe;
    for (const index of imports.keys()) segments.change(index, ({ crc, ...kept }) => kept);
    segments.read = (kept) => damaging(store, layer.digest).read(kept.layer, kept);
    expect(await assemble(store, manifest, { segments }, right.digest)).toEqual({ ...right, copied: 0 });
  });

  it('that belong to another block are found by what is inside them', async () => {
    const store = new MemoryBlobStore();
    const manifest = await fakeManifest(store, [
      ['/a', 'one'],
      ['/b', 'two'],
    ]);
    const right = await assemble(store, manifest);
    const segments = new Remembering(store);
    await assemble(store, manifest, { segments });
    segments.swap();
    expect(await assemble(store, manifest, { segments })).toMatchObject({ digest: right.digest, copied: 0 });
  });
});

describe('a segment', () => {
  it('is enough to have the block again, whatever tree it was', async () => {
    const names = fc.constantFrom('a', 'b', 'a-b', 'ü', 'long'.repeat(60), 'x y');
    const paths = fc.array(names, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    const contents = fc.constantFrom('', 'x', '-> a', 'y'.repeat(600));
    const trees = fc.dictionary(paths, contents, { maxKeys: 8 });
    const property = fc.asyncProperty(trees, fc.array(paths, { maxLength: 2 }), async (tree, directories) => {
      const empty = Object.fromEntries(directories.map((path) => [`${path}/`, '']));
      const store = new MemoryBlobStore();
      const manifest = await fakeManifest(store, [['/deep/root', { ...tree, ...empty }]]).catch(
        () => undefined,
      );
      fc.pre(manifest !== undefined);
      const { recipe, digest } = await assemble(store, manifest, { encoding: 'gzip-0' });
      const [line] = manifest.imports;
      const [segment] = recipe.segments;
      if (line === undefined || segment === undefined) throw new Error('an import is expected');
      const member = store.read(digest, { offset: recipe.head, length: segment.packed });
      const tar = gunzipSync(await all(member));
      const block = await all(blockFromSegment(line, segment.empty, bytesOf(tar)));
      expect(digestOf(block)).toBe(line.digest);
    });
    await fc.assert(property, { numRuns: 100 });
  });
});

/** A memory as a store has one. */
class Remembering implements SegmentMemory {
  readonly #store: BlobSource;
  readonly #known = new Map<SegmentKey, KeptSegment>();

  constructor(store: BlobSource) {
    this.#store = store;
  }

  async find(key: SegmentKey): Promise<KeptSegment | undefined> {
    return this.#known.get(key);
  }

  read({ layer, offset, length }: KeptSegment): Bytes {
    return this.#store.read(layer, { offset, length });
  }

  async keep(layer: Digest, segments: ReadonlyMap<SegmentKey, Omit<KeptSegment, 'layer'>>): Promise<void> {
    for (const [key, segment] of segments) this.#known.set(key, { layer, ...segment });
  }

  forget(key: SegmentKey): void {
    this.#known.delete(key);
  }

  change(index: number, by: (kept: KeptSegment) => KeptSegment): void {
    const [key, kept] = [...this.#known][index] ?? [];
    if (key !== undefined && kept !== undefined) this.#known.set(key, by(kept));
  }

  /** The first two stand for each other. */
  swap(): void {
    const [[a, first] = [], [b, second] = []] = this.#known;
    if (a === undefined || b === undefined || first === undefined || second === undefined)
      throw new Error('two are expected');
    this.#known.set(a, second).set(b, first);
  }
}

/** A source in which one bit of a blob is another: who reads the whole learns it at the end. */
function damaging(store: MemoryBlobStore, damaged: Digest | undefined): BlobSource {
  return {
    has: (digest, size) => store.has(digest, size),
    async *read(digest, range) {
      const bytes = (await all(store.read(digest, range))).slice();
      if (digest === damaged) bytes[0] = (bytes[0] ?? 0) ^ 1;
      yield* range === undefined ? verified(bytesOf(bytes), digest, digest) : bytesOf(bytes);
    },
  };
}
