import { readFileSync } from 'node:fs';
import { bytesOf, collect, digestOf, randomAccessOf, writeCanonicalTar } from '@block-pack/core';
import { type FakeZipEntry, type FakeZipOptions, fakeZip } from '@block-pack/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { redeflateAtOnce } from '../deflate/redeflate.ts';
import { ArchiveReader } from './archive-reader.ts';
import { decodeSkeletons } from './decode-skeleton.ts';
import { encodeSkeletons } from './encode-skeleton.ts';
import { putTogether, type Supply } from './put-together.ts';
import { type Layout, readLayout } from './read-layout.ts';
import { leaves } from './recipe.ts';
import { takeApart } from './take-apart.ts';

const classes = Array.from({ length: 40 }, (_, i) =>
  javaDeflated(`com/example/Class${i}.class`, `class ${i} `.repeat(90)),
);
const old = fakeZip([
  { path: 'META-INF/' },
  javaDeflated('META-INF/MANIFEST.MF', 'Version: 1\n'),
  ...classes,
]);

test('a jar that has not changed costs a byte or two for each of its entries', async () => {
  expect((await skeletonOf(old, [old])).length).toBeLessThan(5 * (classes.length + 2) + 60);
  await expectSame(old, [old]);
});

test('what is the same is copied as it lies, what is packed otherwise is packed again, and what changed has a base', async () => {
  const [first, second, third, ...rest] = classes;
  if (!first || !second || !third) throw new Error('too few classes');
  const repacked = {
    ...second,
    packed: redeflateAtOnce(Buffer.from(`${second.content}`), { encoder: 'zlib', level: 1, memLevel: 8 }),
  };
  const next = fakeZip([
    first,
    repacked,
    javaDeflated(third.path, 'changed'),
    javaDeflated('new', 'new'),
    ...rest,
  ]);
  const recipes = decodeSkeletons(await skeletonOf(next, [old]), [await layoutsOf([old])]);
  expect(recipes[0]?.parts.slice(0, 5).map(({ origin }) => origin)).toEqual([
    { is: 'packed', old: 0, position: [2] },
    { is: 'content', old: 0, position: [3] },
    { is: 'base', old: 0, position: [4] },
    undefined,
    { is: 'packed', old: 0, position: [5] },
  ]);
  await expectSame(next, [old]);
});

test('an entry that moved to another name is copied, and one with another version in its name has its base', async () => {
  const before = fakeZip([
    javaDeflated('shaded/v1_2/A', 'A'.repeat(300)),
    javaDeflated('a/B', 'B'.repeat(300)),
  ]);
  const next = fakeZip([
    javaDeflated('shaded/v1_3/A', 'AB'.repeat(200)),
    javaDeflated('b/B', 'B'.repeat(300)),
  ]);
  const [recipe] = decodeSkeletons(await skeletonOf(next, [before]), [await layoutsOf([before])]);
  expect(recipe?.parts.map(({ origin }) => origin)).toEqual([
    { is: 'base', old: 0, position: [0] },
    { is: 'packed', old: 0, position: [1] },
  ]);
  await expectSame(next, [before]);
});

test('a jar in a jar is written against the jar that it was', async () => {
  const inner = fakeZip([...classes, javaDeflated('z', 'changed')]);
  const service = (version: string, jar: Uint8Array) =>
    fakeZip([
      javaDeflated('app.class', 'app'),
      { path: `lib/a-${version}.jar`, content: jar },
      javaDeflated('lib/b.jar', jar),
    ]);
  const [before, next] = [service('1.0', old), service('1.1', inner)];
  const [recipe] = decodeSkeletons(await skeletonOf(next, [before]), [await layoutsOf([before])]);
  if (recipe === undefined) throw new Error('no recipe');
  const made = leaves(recipe).filter(({ part }) => part.origin === undefined);
  expect(made.map(({ position }) => position)).toEqual([
    [1, 40],
    [2, 40],
  ]);
  expect(leaves(recipe)[1]?.part.origin).toEqual({ is: 'packed', old: 0, position: [1, 2] });
  await expectSame(next, [before]);
});

test('without an older archive everything is said', async () => {
  await expectSame(old, []);
});

test('several archives share the columns, and each may have several older ones', async () => {
  const [one, other] = [fakeZip(classes.slice(0, 9)), fakeZip(classes.slice(9, 30))];
  const archives = [await since(old, [one, other]), await since(one, []), await since(other, [old, one])];
  const recipes = decodeSkeletons(encodeSkeletons(archives), [
    await layoutsOf([one, other]),
    [],
    await layoutsOf([old, one]),
  ]);
  expect(recipes[0]?.parts.filter(({ origin }) => origin?.is === 'packed' && origin.old === 1)).toHaveLength(
    21,
  );
  expect(recipes.map(({ parts }) => parts.length)).toEqual([42, 9, 21]);
});

test('a tree block is written against the one before it', async () => {
  const tree = (version: string) =>
    collect(
      writeCanonicalTar([
        file('bin/run', `run ${version}`, true),
        file('lib/same.js', 'same'.repeat(50)),
        file(`lib/a-${version}.jar`, fakeZip([...classes, javaDeflated('version', version)])),
        { kind: 'symlink', path: 'link', target: 'bin/run' },
        { kind: 'directory', path: 'void' },
      ]),
      1 << 20,
      'tar',
    );
  const [before, next] = [await tree('1'), await tree('2')];
  await expectSame(next, [before], 'tree');
  const [recipe] = decodeSkeletons(await skeletonOf(next, [before], 'tree'), [
    await layoutsOf([before], 'tree'),
  ]);
  if (recipe === undefined) throw new Error('no recipe');
  expect(
    leaves(recipe)
      .filter(({ part }) => part.origin?.is !== 'packed')
      .map(({ position }) => position),
  ).toEqual([[0], [1, 40]]);
});

test('the bytes that the format promises to read are read', async () => {
  const withTime = (path: string, i: number) => ({
    ...javaDeflated(path, 'changed'),
    dataDescriptor: true,
    central: { extra: Buffer.of(0x55, 0x54, 5, 0, 1, i, 0, 0, 19) },
  });
  const inner = (version: string) =>
    fakeZip([javaDeflated('a', 'a'.repeat(99)), javaDeflated('version', version)]);
  const before = fakeZip([...classes.slice(0, 5), { path: 'lib/a-1.0.jar', content: inner('1.0') }]);
  const next = fakeZip(
    [
      withTime('com/example/Class1.class', 6),
      withTime('com/example/Class2.class', 8),
      ...classes.slice(4, 5),
      { path: 'kept', content: 'kept', local: { crc32: 1 }, gap: 'gap' },
      { path: 'lib/a-1.1.jar', content: inner('1.1') },
      { path: 'lies', content: 'lies', central: { crc32: 1 }, local: { crc32: 1 } },
    ],
    { prefix: '#!', comment: 'comment' },
  );
  const [recipe] = decodeSkeletons(Buffer.from(promised, 'hex'), [await layoutsOf([before])]);
  expect(recipe && digestOf(await made(recipe, next, [before], 'file'))).toBe(digestOf(next));
});

const promised = [
  '0c0a0006030303070a0608470800050302290108000000070102000000001302020043130e0002030200020000000008',
  '020004000401026b65707431657304910b910b0806000008363600003601030001040000000214031400080808000000',
  '00001400080808000900000000000000a481000102555405000100000000140314000008000000000000000000000000',
  '0000000000000000a48100000001000000000000008ce88a03042201040000636f6d6d656e74504b0304140000080000',
  '00002100010000000400000004000000040000006b657074',
].join('');

test('the example of the format page is what it says', async () => {
  const page = readFileSync(new URL('../../../../docs/format/archive-skeleton.md', import.meta.url), 'utf8');
  const example = /```text\n([0-9a-f\s]+)```/.exec(page)?.[1]?.replace(/\s/g, '');
  const zip = fakeZip([{ path: 'a', content: 'a' }]);
  expect(Buffer.from(await skeletonOf(zip, [])).toString('hex')).toBe(example);
});

test('a skeleton that is cut off, or longer than it is, is refused', async () => {
  const bytes = await skeletonOf(old, []);
  const layouts = [await layoutsOf([])];
  for (let length = 0; length < bytes.length; length += 7)
    expect(() => decodeSkeletons(bytes.subarray(0, length), layouts)).toThrow(damaged);
  expect(() => decodeSkeletons(Buffer.concat([bytes, Buffer.of(0)]), layouts)).toThrow(damaged);
  expect(() => decodeSkeletons(bytes, [...layouts, []])).toThrow(damaged);
  expect(() => decodeSkeletons(bytes, [])).toThrow(damaged);
});

test('hostile skeletons are refused, or make other bytes, and nothing worse', async () => {
  const inner = fakeZip([...classes, javaDeflated('z', 'changed')], { comment: 'comment', prefix: '#!' });
  const next = fakeZip([{ path: 'a', content: 'a', local: { crc32: 1 } }, javaDeflated('lib/b.jar', inner)], {
    zip64: true,
  });
  const before = fakeZip([javaDeflated('lib/b.jar', old)]);
  const bytes = await skeletonOf(next, [before]);
  const layouts = [await layoutsOf([before])];
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }),
      async (flips) => {
        const hostile = new Uint8Array(bytes);
        for (const [at, value] of flips) hostile[at] = value;
        try {
          const [recipe] = decodeSkeletons(hostile, layouts);
          if (recipe !== undefined) await made(recipe, next, [before], 'file');
        } catch (error) {
          if (!isRefusal(error)) throw error;
          refused++;
        }
      },
    ),
    { numRuns: 800 },
  );
  expect(refused).toBeGreaterThan(150);
});

test('any zip is the same again after its skeleton was written against any other', async () => {
  const entry = fc.record(
    {
      path: fc.constantFrom('a1', 'a2', 'b/', 'd/e.class', 'é'),
      content: fc.constantFrom('', 'x', 'one'.repeat(40), 'two'.repeat(40)),
      method: fc.constantFrom('stored' as const, 'deflated' as const),
      dataDescriptor: fc.boolean(),
      unlisted: fc.boolean(),
      gap: fc.string({ maxLength: 3 }),
      comment: fc.string({ maxLength: 2 }),
      local: fc.record({ crc32: fc.nat(), extra: fc.uint8Array({ maxLength: 8 }) }, { requiredKeys: [] }),
      central: fc.record(
        { crc32: fc.nat(), flags: fc.nat(15), extra: fc.uint8Array({ maxLength: 8 }) },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['path'] },
  );
  const options = fc.record(
    { prefix: fc.string(), comment: fc.string(), zip64: fc.boolean(), trailing: fc.string() },
    { requiredKeys: [] },
  );
  const zips = fc
    .tuple(fc.array(entry, { maxLength: 5 }), options)
    .map(([entries, how]) => fakeZip(entries as readonly FakeZipEntry[], how as FakeZipOptions));
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(zips, fc.array(zips, { maxLength: 2 }), async (next, olds) => {
      const readable: Uint8Array[] = [];
      for (const one of olds) if (await readLayout(randomAccessOf(one), 'file')) readable.push(one);
      if ((await readLayout(randomAccessOf(next), 'file')) === undefined) return;
      taken++;
      await expectSame(next, readable);
    }),
    { numRuns: 300 },
  );
  expect(taken).toBeGreaterThan(150);
});

const damaged = expect.objectContaining({ code: 'DELTA_INVALID' });

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'family' in error && error.family === 'format';
}

async function expectSame(
  next: Uint8Array,
  olds: readonly Uint8Array[],
  kind: 'file' | 'tree' = 'file',
): Promise<void> {
  const bytes = await skeletonOf(next, olds, kind);
  const [recipe] = decodeSkeletons(bytes, [await layoutsOf(olds, kind)]);
  expect(recipe && digestOf(await made(recipe, next, olds, kind))).toBe(digestOf(next));
}

/** The archive as it is made where only the older ones are known; what they lack is read from the new one. */
async function made(
  recipe: ReturnType<typeof decodeSkeletons>[number],
  next: Uint8Array,
  olds: readonly Uint8Array[],
  kind: 'file' | 'tree',
): Promise<Uint8Array> {
  const readers: ArchiveReader[] = [];
  for (const bytes of [next, ...olds]) {
    const source = randomAccessOf(bytes);
    const layout = await readLayout(source, kind);
    if (layout !== undefined) readers.push(new ArchiveReader(source, layout));
  }
  const [now, ...were] = readers;
  const positions = new Map(leaves(recipe).map(({ part, position }) => [part, position]));
  const supply: Supply = (part) => {
    const { origin, packing } = part;
    const position = positions.get(part) ?? [];
    const was = origin && were[origin.old];
    if (origin?.is === 'packed' && was) return was.packed(origin.position);
    if (origin?.is === 'content' && was) return was.content(origin.position);
    if (now === undefined) return bytesOf();
    return packing === 'raw' ? now.packed(position) : now.content(position);
  };
  return await collect(putTogether(recipe, supply, next.length), 1 << 24, 'archive');
}

async function skeletonOf(next: Uint8Array, olds: readonly Uint8Array[], kind: 'file' | 'tree' = 'file') {
  return encodeSkeletons([await since(next, olds, kind)]);
}

async function since(next: Uint8Array, olds: readonly Uint8Array[], kind: 'file' | 'tree' = 'file') {
  return {
    archive: await apart(next, kind, 'find'),
    olds: await Promise.all(olds.map((bytes) => apart(bytes, kind, 'skip'))),
  };
}

async function apart(bytes: Uint8Array, kind: 'file' | 'tree', encoders: 'find' | 'skip') {
  const source = randomAccessOf(bytes);
  const [layout] = await layoutsOf([bytes], kind);
  if (layout === undefined) throw new Error('no layout');
  return await takeApart(source, layout, { encoders });
}

async function layoutsOf(olds: readonly Uint8Array[], kind: 'file' | 'tree' = 'file'): Promise<Layout[]> {
  const layouts = await Promise.all(olds.map((bytes) => readLayout(randomAccessOf(bytes), kind)));
  return layouts.filter((layout) => layout !== undefined);
}

/** An entry as the JDK writes it. */
function javaDeflated(path: string, content: string | Uint8Array): FakeZipEntry {
  const packed = redeflateAtOnce(Buffer.from(content), { encoder: 'zlib', level: 6, memLevel: 8 });
  return { path, content, method: 'deflated', packed };
}

function file(path: string, content: string | Uint8Array, executable = false) {
  const bytes = Buffer.from(content);
  return { kind: 'file', path, size: bytes.length, executable, read: () => bytesOf(bytes) } as const;
}
