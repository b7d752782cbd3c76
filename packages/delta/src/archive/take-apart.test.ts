import { crc32, deflateRawSync } from 'node:zlib';
import {
  bytesOf,
  collect,
  digestOf,
  type FileEntry,
  randomAccessOf,
  writeCanonicalTar,
} from '@block-pack/core';
import { type FakeZipEntry, type FakeZipOptions, fakeZip } from '@block-pack/core/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redeflateAtOnce } from '../deflate/redeflate.ts';
import { ArchiveReader } from './archive-reader.ts';
import { recipeOf } from './archive-recipe.ts';
import { type ArchiveLimits, archiveLimits } from './limits.ts';
import { putTogether, type Supply } from './put-together.ts';
import { readLayout } from './read-layout.ts';
import { readZipLayout } from './read-zip.ts';
import { leaves } from './recipe.ts';
import { type Archive, takeApart } from './take-apart.ts';

describe('takes apart and puts together again, to the byte,', () => {
  const class1 = javaDeflated('com/example/A.class', text(3000));
  const odd: Record<string, readonly [readonly FakeZipEntry[], FakeZipOptions?]> = {
    'an empty zip': [[]],
    'stored and deflated entries': [[class1, { path: 'a.txt', content: 'stored' }, { path: 'META-INF/' }]],
    'data descriptors': [[{ ...class1, dataDescriptor: true }, javaDeflated('b', text(10))]],
    'a data descriptor without signature': [[{ ...class1, ...plainDescriptor(class1) }]],
    'zip64 everywhere': [[class1, { path: 'b', content: 'b', dataDescriptor: true }], { zip64: true }],
    'a script before the archive, offsets counted from the file': [[class1], { prefix: '#!/bin/sh\n' }],
    'a script before the archive, offsets counted from the zip': [
      [class1, { path: 'b' }],
      { prefix: '#!/bin/sh\n', offsetsFrom: 'zip' },
    ],
    'gaps, comments and bytes behind the end': [
      [
        { ...class1, gap: 'gap', comment: 'of an entry' },
        { path: 'b', gap: text(5000) },
      ],
      { comment: 'of the archive', trailing: 'trailing' },
    ],
    'the same name twice': [[class1, class1, { path: class1.path, content: 'third' }]],
    'extra fields, and other ones in the local header': [
      [
        {
          ...class1,
          central: { extra: Buffer.of(0xfe, 0xca, 0, 0) },
          local: { extra: Buffer.of(0xfe, 0xca, 1, 0, 7) },
        },
      ],
    ],
    'a local header that contradicts the central directory': [
      [{ ...class1, local: { name: 'other.name', flags: 8, crc32: 5, size: 7 } }],
    ],
    'an entry that no directory lists': [
      [
        { ...class1, unlisted: true },
        { path: 'b', content: 'b' },
      ],
    ],
    'encrypted entries and unknown methods': [
      [
        { ...class1, encrypted: true },
        { path: 'b', content: 'b', central: { method: 99 }, local: { method: 99 } },
      ],
    ],
    'a wrong checksum': [[{ path: 'b', content: 'b', central: { crc32: 1 }, local: { crc32: 1 } }, class1]],
    'a stream that does not inflate': [[{ ...class1, packed: Buffer.from('nonsense') }]],
    'a stream with bytes behind its end': [
      [{ ...class1, packed: Buffer.concat([class1.packed, Buffer.of(1)]) }],
    ],
    'names that are no UTF-8': [
      [{ path: 'x', central: { name: Buffer.of(0xff, 0x80) }, local: { name: Buffer.of(0xff, 0x80) } }],
    ],
    'the wrong size': [[{ ...class1, central: { size: 1_000_000 } }, javaDeflated('b', 'b')]],
  };
  for (const [what, [entries, options]] of Object.entries(odd))
    test(what, async () => {
      await expectSame(fakeZip(entries, options));
    });
});

test('a deflate stream is made again from its content, one that nobody can make is kept', async () => {
  const archive = await apart(
    fakeZip([
      javaDeflated('a', text(2000)),
      { path: 'b', content: text(2000), method: 'deflated', packed: storedBlock(text(2000)) },
      { path: 'c', content: 'c' },
    ]),
  );
  expect(archive?.contents.map(({ packing }) => packing)).toEqual([
    { encoder: 'zlib', level: 9, memLevel: 8 },
    'raw',
    'stored',
  ]);
});

test('what common tools write is derived: there are no gaps and no local headers to keep', async () => {
  const entry = javaDeflated('a', text(200));
  for (const [entries, options] of [
    [[entry, { path: 'b/' }], {}],
    [[{ ...entry, dataDescriptor: true }], {}],
    [[entry, { ...entry, dataDescriptor: true }], { zip64: true }],
    [[{ ...entry, local: { extra: Buffer.of(0xfe, 0xca, 0, 0) } }], { comment: 'comment' }],
  ] as const) {
    const layout = await readLayout(randomAccessOf(fakeZip(entries, options)), 'file');
    const kept = layout?.parts.filter((part) => part.kind !== 'entry' || part.head.localHeader !== undefined);
    expect(kept).toEqual([]);
  }
});

test('the modification time in extra fields is no reason for a header of its own', async () => {
  const entries = [1, 2, 3].map((i) => ({
    ...javaDeflated(`${i}`, text(50)),
    central: { extra: Buffer.of(0x55, 0x54, 5, 0, 1, i, 2, 3, 100) },
  }));
  const zip = fakeZip(entries);
  await expectSame(zip);
  const layout = await readLayout(randomAccessOf(zip), 'file');
  const forms =
    layout?.kind === 'zip' ? layout.parts.map((part) => part.kind === 'entry' && part.head.form) : [];
  expect(new Set(forms).size).toBe(1);
});

test('entries are found wherever they lie in what is read at once', async () => {
  const sizes = [700_000, 300_000, 1_200_000, 48_000, 600_000, ...Array<number>(200).fill(3_000)];
  const entries = sizes.map((size, i) => ({
    path: `${i}${'n'.repeat((i * 997) % 5000)}`,
    content: new Uint8Array(size).fill(i),
    dataDescriptor: i % 2 === 0,
  }));
  const zip = fakeZip(entries);
  const layout = await readLayout(randomAccessOf(zip), 'file');
  expect(layout?.parts.map((part) => part.kind === 'entry' && part.facts.size)).toEqual(sizes);
  await expectSame(zip);
});

test('what is no zip, or overlaps, has no layout', async () => {
  const zip = fakeZip([{ path: 'a', content: 'a' }]);
  const overlapping = fakeZip([
    { path: 'a', content: 'a' },
    { path: 'b', content: 'b', central: { headerOffset: 0 } },
  ]);
  for (const bytes of [new Uint8Array(), Buffer.from('no zip'), zip.subarray(0, -1), overlapping])
    expect(await readLayout(randomAccessOf(bytes), 'file')).toBeUndefined();
});

test('jars in a jar are taken apart too, be they stored or deflated', async () => {
  const library = fakeZip([javaDeflated('L.class', text(4000)), javaDeflated('M.class', text(500))]);
  const service = fakeZip([
    { path: 'BOOT-INF/lib/a.jar', content: library },
    javaDeflated('lib/b.jar', library),
  ]);
  const war = fakeZip([javaDeflated('service.jar', service), { path: 'readme', content: 'read me' }]);
  const archive = await apart(war);
  if (archive === undefined) throw new Error('no layout');
  expect(leaves(recipeOf(archive)).map(({ position }) => position.join('.'))).toEqual([
    '0.0.0',
    '0.0.1',
    '0.1.0',
    '0.1.1',
    '1',
  ]);
  await expectSame(war);
});

test('a tree block is taken apart into its files, and the zips among them into theirs', async () => {
  const jar = fakeZip([javaDeflated('L.class', text(4000))]);
  const tar = await collect(
    writeCanonicalTar([
      file('lib/a.jar', jar),
      file('lib/empty', new Uint8Array()),
      file(`${'deep/'.repeat(60)}name`, text(600)),
      { kind: 'symlink', path: 'link', target: 'lib/a.jar' },
      { kind: 'directory', path: 'void' },
    ]),
    1 << 20,
    'tar',
  );
  const source = randomAccessOf(tar);
  const layout = await readLayout(source, 'tree');
  if (layout === undefined) throw new Error('no layout');
  const recipe = recipeOf(await takeApart(source, layout));
  expect(leaves(recipe).map(({ position }) => position.join('.'))).toEqual(['0', '1.0']);
  expect(await again(tar, 'tree')).toBe(digestOf(tar));
  expect(await readLayout(randomAccessOf(tar.subarray(0, -512)), 'tree')).toBeUndefined();
});

test('beyond the limits parts stay as they are', async () => {
  const content = text(10_000);
  const inner = fakeZip([javaDeflated('x', text(100))]);
  const zip = fakeZip([javaDeflated('a', content), javaDeflated('b', content), javaDeflated('c.jar', inner)]);
  const packings = async (limits: Partial<ArchiveLimits>) => {
    const archive = await apart(zip, { ...archiveLimits(), ...limits });
    return archive?.contents.map((one) =>
      one.nested ? 'nested' : one.packing === 'raw' ? 'raw' : 'content',
    );
  };
  expect(await packings({})).toEqual(['content', 'content', 'nested']);
  expect(await packings({ entrySize: 9_999 })).toEqual(['raw', 'raw', 'nested']);
  expect(await packings({ contents: { left: 15_000 } })).toEqual(['content', 'raw', 'nested']);
});

test('an archive is looked for three archives deep', async () => {
  let zip = fakeZip([javaDeflated('A.class', text(2000))]);
  for (const name of ['four', 'three', 'two', 'one']) zip = fakeZip([javaDeflated(`${name}.jar`, zip)]);
  const archive = await apart(zip);
  expect(archive && leaves(recipeOf(archive)).map(({ position }) => position)).toEqual([[0, 0, 0, 0]]);
  await expectSame(zip);
});

test('an entry that is too large for one call flows', async () => {
  const content = Buffer.alloc(5 << 20, text(3000));
  const zip = fakeZip([javaDeflated('large', content), javaDeflated('small', 'small')]);
  const archive = await apart(zip);
  expect(archive?.contents[0]?.packing).toEqual({ encoder: 'zlib', level: 9, memLevel: 8 });
  await expectSame(zip);
});

test('a large stream that lies about its size or checksum is kept', async () => {
  const content = Buffer.alloc(5 << 20, text(3000));
  for (const central of [{ crc32: 1 }, { size: content.length - 1 }, { size: content.length + 1 }]) {
    const zip = fakeZip([{ ...javaDeflated('large', content), central }]);
    expect((await apart(zip))?.contents[0]?.packing).toBe('raw');
    await expectSame(zip);
  }
});

test('an archive is not looked into where those before it claimed more bytes than may be unpacked', async () => {
  const jar = javaDeflated('real.jar', fakeZip([javaDeflated('a', 'a')]));
  for (const [claimed, seen] of [
    [1_000, [1]],
    [5_000, []],
  ] as const) {
    const bomb = { ...javaDeflated('bomb.jar', 'little'), central: { size: claimed } };
    const left = { parts: 9, names: 99, unpacked: 5_000 };
    const layout = await readLayout(randomAccessOf(fakeZip([bomb, jar])), 'file', left);
    expect([...(layout?.nested.keys() ?? [])]).toEqual(seen);
  }
});

test('archives have so many parts and names together, and no more', async () => {
  const zip = randomAccessOf(fakeZip([{ path: 'a' }, { path: 'b' }, { path: 'cc' }]));
  const left = { parts: 5, names: 9, unpacked: 0 };
  expect((await readZipLayout(zip, left))?.parts).toHaveLength(3);
  expect(await readZipLayout(zip, left)).toBeUndefined();
  expect(left).toEqual({ parts: 2, names: 5, unpacked: 0 });
  expect(await readZipLayout(zip, { parts: 3, names: 3, unpacked: 0 })).toBeUndefined();
});

test('what an older archive has under the same name is copied, and not looked into', async () => {
  const zip = (changed: string) =>
    fakeZip([javaDeflated('same', text(300)), javaDeflated('changed', changed)]);
  const old = await apart(zip('one'));
  const source = randomAccessOf(zip('two'));
  const layout = await readLayout(source, 'file');
  if (old === undefined || layout === undefined) throw new Error('no layout');
  const { contents } = await takeApart(source, layout, { olds: [old] });
  expect(contents.map(({ packing }) => packing)).toEqual([
    'copied',
    { encoder: 'zlib', level: 6, memLevel: 8 },
  ]);
});

test('too few or too many bytes supplied are found', async () => {
  const zip = fakeZip([javaDeflated('a', text(100))]);
  const archive = await apart(zip);
  if (archive === undefined) throw new Error('no layout');
  for (const length of [0, 99, 101]) {
    const made = putTogether(recipeOf(archive), () => bytesOf(new Uint8Array(length)), zip.length);
    await expect(collect(made, 1 << 20, 'zip')).rejects.toMatchObject({ code: 'DELTA_INVALID' });
  }
  for (const size of [zip.length - 1, zip.length + 1]) {
    const made = putTogether(recipeOf(archive), () => bytesOf(Buffer.from(text(100))), size);
    await expect(collect(made, 1 << 20, 'zip')).rejects.toMatchObject({ code: 'DELTA_INVALID' });
  }
});

test('any zip, whole or damaged, is the same again or has no layout', async () => {
  const entry = fc.record(
    {
      path: fc.constantFrom('a', 'b/', 'c.jar', 'd/e.class'),
      content: fc.oneof(fc.string(), fc.constant(text(300))),
      method: fc.constantFrom('stored' as const, 'deflated' as const),
      dataDescriptor: fc.boolean(),
      encrypted: fc.boolean(),
      unlisted: fc.boolean(),
      comment: fc.string({ maxLength: 5 }),
      gap: fc.string({ maxLength: 5 }),
      local: fc.record(
        { crc32: fc.nat(), size: fc.nat(), extra: fc.uint8Array({ maxLength: 20 }) },
        { requiredKeys: [] },
      ),
      central: fc.record(
        { size: fc.nat(), crc32: fc.nat(), flags: fc.nat(0xffff), extra: fc.uint8Array({ maxLength: 20 }) },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['path'] },
  );
  const options = fc.record(
    {
      prefix: fc.string(),
      offsetsFrom: fc.constantFrom('file' as const, 'zip' as const),
      comment: fc.string(),
      zip64: fc.boolean(),
      trailing: fc.string(),
    },
    { requiredKeys: [] },
  );
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 });
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 4 }), options, damage, async (entries, how, flips) => {
      const zip = fakeZip(entries as readonly FakeZipEntry[], how);
      for (const [at, value] of flips) zip[at % zip.length] = value;
      const digest = await again(zip, 'file');
      if (digest !== undefined) taken++;
      return digest === undefined || digest === digestOf(zip);
    }),
    { numRuns: 700 },
  );
  expect(taken).toBeGreaterThan(150);
});

async function expectSame(zip: Uint8Array): Promise<void> {
  expect(await again(zip, 'file')).toBe(digestOf(zip));
}

/** The digest of the archive put together again from what it was taken apart into; undefined where it has no layout. */
async function again(bytes: Uint8Array, kind: 'file' | 'tree') {
  const source = randomAccessOf(bytes);
  const layout = await readLayout(source, kind);
  if (layout === undefined) return undefined;
  const reader = new ArchiveReader(source, layout);
  const recipe = recipeOf(await takeApart(source, layout));
  const positions = new Map(leaves(recipe).map(({ part, position }) => [part, position]));
  const supply: Supply = (part) => {
    const position = positions.get(part) ?? [];
    return part.packing === 'raw' ? reader.packed(position) : reader.content(position);
  };
  const made = putTogether(recipe, supply, bytes.length);
  return digestOf(await collect(made, 1 << 24, 'archive'));
}

async function apart(zip: Uint8Array, limits = archiveLimits()): Promise<Archive | undefined> {
  const source = randomAccessOf(zip);
  const layout = await readLayout(source, 'file');
  return layout && (await takeApart(source, layout, { limits }));
}

/** An entry as the JDK writes it. */
function javaDeflated(
  path: string,
  content: string | Uint8Array,
): FakeZipEntry & { readonly packed: Uint8Array } {
  const packed = redeflateAtOnce(Buffer.from(content), { encoder: 'zlib', level: 9, memLevel: 8 });
  return { path, content, method: 'deflated', packed };
}

function plainDescriptor({ content = '', packed }: FakeZipEntry & { readonly packed: Uint8Array }) {
  const record = Buffer.alloc(12);
  record.writeUInt32LE(crc32(content), 0);
  record.writeUInt32LE(packed.length, 4);
  record.writeUInt32LE(content.length, 8);
  return { central: { flags: 8 }, local: { flags: 8, crc32: 0, size: 0, compressedSize: 0 }, gap: record };
}

/** A valid stream that no encoder writes. */
function storedBlock(content: string): Uint8Array {
  const half = Buffer.from(content.slice(0, 500));
  const head = Buffer.of(
    0,
    half.length & 255,
    half.length >> 8,
    ~half.length & 255,
    (~half.length >> 8) & 255,
  );
  return Buffer.concat([head, half, deflateRawSync(content.slice(500))]);
}

function file(path: string, content: string | Uint8Array): FileEntry {
  const bytes = Buffer.from(content);
  return { kind: 'file', path, size: bytes.length, executable: false, read: () => bytesOf(bytes) };
}

/** Text in which levels differ. */
function text(length: number): string {
  let state = length;
  let words = '';
  while (words.length < length) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    words += `word${(state >>> 16) % 97} `;
  }
  return words.slice(0, length);
}
