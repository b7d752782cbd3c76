import { type Bytes, bytesOf, collect, digestOf, randomAccessOf, writeCanonicalTar } from '@block-pack/core';
import { fakeFile, fakeJar, fakeZip, fuzzRuns } from '@block-pack/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GroupThreads } from './group-threads.ts';
import type { GroupBlock } from './old-block.ts';
import type { NewBlock } from './open-archive.ts';
import { readGroup } from './read-group.ts';
import { type GroupEncoding, type WrittenGroup, writeGroup } from './write-group.ts';

const limit = 1 << 26;

const keepInner = async (bytes: Uint8Array) => randomAccessOf(bytes);

/** Text that does not compress to nothing, the same on every day. */
function story(seed: number, words = 600): string {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8).toString(36);
  };
  return Array.from({ length: words }, next).join(' ');
}

function jar(version: number): Uint8Array {
  return fakeJar({
    'a/Same.class': story(1),
    'a/Changed.class': `${story(2)}${version}${story(3)}`,
    [`a/v${version}/Moved.class`]: `${story(4)} ${version}`,
    [`a/Only${version}.class`]: story(version),
  });
}

function file(content: Uint8Array, ...bases: readonly number[]): NewBlock {
  return { kind: 'file', content: randomAccessOf(content), bases };
}

interface Sent {
  readonly payload: Uint8Array;
  readonly written: WrittenGroup;
}

async function send(
  blocks: readonly NewBlock[],
  olds: readonly GroupBlock[],
  encoding: GroupEncoding = 'delta',
  mostSkeleton?: number,
): Promise<Sent> {
  const writing = await writeGroup(blocks, olds, encoding, {
    keepInner,
    ...(mostSkeleton !== undefined && { mostSkeleton }),
  });
  const payload = await collect(writing.payload, limit, 'the payload');
  return { payload, written: writing.written() };
}

async function receive(
  { payload, written }: Sent,
  sizes: readonly number[],
  olds: readonly GroupBlock[],
  encoding: GroupEncoding = 'delta',
  threads = 0,
): Promise<Uint8Array[]> {
  const made: Uint8Array[] = [];
  const blocks = written.blocks.map((one, at) => ({ ...one, size: sizes[at] ?? 0 }));
  const keep = async (_: number, content: Bytes) => {
    made.push(await collect(content, limit, 'a block'));
  };
  const { skeleton } = written;
  const deflating = new GroupThreads(threads);
  try {
    await readGroup(bytesOf(payload), olds, {
      encoding,
      skeleton,
      blocks,
      keep,
      keepInner,
      threads: deflating,
    });
  } finally {
    await deflating.close();
  }
  return made;
}

async function expectSame(
  blocks: readonly NewBlock[],
  olds: readonly GroupBlock[],
  encoding: GroupEncoding = 'delta',
): Promise<Sent> {
  const sent = await send(blocks, olds, encoding);
  const made = await receive(
    sent,
    blocks.map(({ content }) => content.size),
    olds,
    encoding,
  );
  const wanted = await Promise.all(blocks.map(({ content }) => content.read(0, content.size)));
  expect(made.map(digestOf)).toEqual(wanted.map(digestOf));
  return sent;
}

test('several jars that changed travel as changes of their older versions', async () => {
  const olds = [file(jar(1)), file(jar(5))];
  const { payload, written } = await expectSame([file(jar(2), 0), file(jar(6), 1)], olds);
  expect(written.blocks).toEqual([
    { apart: true, bases: [0] },
    { apart: true, bases: [1] },
  ]);
  const { payload: inflated } = await expectSame([file(jar(2)), file(jar(6))], [], 'inflated');
  expect(payload.length).toBeLessThan(inflated.length * 0.5);
});

test('what is no archive travels as well, beside archives, and so do trees', async () => {
  const tree = async (version: string) =>
    collect(
      writeCanonicalTar([
        { ...fakeFile('index.js', `${story(7)}${version}`), kind: 'file' },
        { ...fakeFile('lib/inner.jar', jar(version.length)), kind: 'file' },
      ]),
      limit,
      'the tree',
    );
  const text = (version: string) => new TextEncoder().encode(`${story(8)}${version}`);
  const olds: GroupBlock[] = [file(text('1')), { kind: 'tree', content: randomAccessOf(await tree('1')) }];
  const next: NewBlock[] = [
    file(text('22'), 0),
    { kind: 'tree', content: randomAccessOf(await tree('22')), bases: [1] },
    file(new Uint8Array()),
    file(jar(9)),
  ];
  const { payload } = await expectSame(next, olds);
  expect(payload.length).toBeLessThan(9000);
});

test('a jar whose older version cannot be unpacked is made all the same', async () => {
  const broken = fakeZip([
    { path: 'a/Same.class', content: story(1) },
    { path: 'a/Changed.class', content: story(2), packed: new Uint8Array([1, 2, 3]) },
  ]);
  await expectSame([file(jar(2), 0)], [file(broken)]);
});

test('a content too long to be held in memory at once is compared in pieces', async () => {
  const long = (tail: string) => new TextEncoder().encode(story(11, 400_000) + tail);
  const old = fakeZip([{ path: 'long.txt', content: long('1') }]);
  const next = fakeZip([{ path: 'long.txt', content: long('22') }]);
  const { payload } = await expectSame([file(next, 0)], [file(old)]);
  expect(payload.length).toBeLessThan(2000);
});

test('contents that deflate to nearly nothing stay packed, since they cost more than they have', async () => {
  const zeros = (path: string) => ({ path, content: new Uint8Array(3 << 20), method: 'deflated' as const });
  const { written } = await expectSame([file(fakeZip([zeros('a'), zeros('b')]))], [], 'inflated');
  expect(written.contents).toBeGreaterThan(3 << 20);
  expect(written.contents).toBeLessThan(4 << 20);
});

test('contents that are too large for the blocks they should make are refused before any is made', async () => {
  const long = fakeZip([{ path: 'a', content: story(12, 10_000).repeat(80), method: 'deflated' as const }]);
  const sent = await send([file(long)], [], 'inflated');
  expect(await receive(sent, [long.length], [], 'inflated')).toHaveLength(1);
  await expect(receive(sent, [1000], [], 'inflated')).rejects.toThrow(/no more than \d+ are ever needed/);
});

test('where other threads deflate, every block is the same', async () => {
  const many = Array.from({ length: 40 }, (_, i) => ({
    path: `${i}.txt`,
    content: story(i, 100).repeat(30),
  }));
  const fat = fakeZip([
    ...many.map((entry, i) => ({
      ...entry,
      method: i % 5 === 0 ? ('stored' as const) : ('deflated' as const),
    })),
    { path: 'large.txt', content: story(400, 300).repeat(600), method: 'deflated' },
    // Too large to be read before its turn.
    { path: 'stored.txt', content: story(403, 300).repeat(800), method: 'stored' },
    { path: 'inner.jar', content: jar(3), method: 'deflated' },
    { path: 'small.txt', content: story(401), method: 'deflated' },
  ]);
  const plain = new TextEncoder().encode(story(402));
  const [old, next] = [file(jar(1)), file(jar(2), 0)];
  for (const encoding of ['inflated', 'delta'] as const) {
    const sent = await send([file(plain), file(fat), next, file(plain)], [old], encoding);
    const sizes = [plain, fat, jar(2), plain].map(({ length }) => length);
    const made = await receive(sent, sizes, [old], encoding, 2);
    expect(made.map(digestOf)).toEqual([plain, fat, jar(2), plain].map(digestOf));
    const short = { ...sent, payload: sent.payload.subarray(0, -40) };
    await expect(receive(short, sizes, [old], encoding, 2)).rejects.toMatchObject({ family: 'format' });
  }
});

test('whatever bytes a hostile group has, reading it ends in an error or in bytes that a digest would refuse', async () => {
  const olds = [file(jar(1))];
  const next = jar(2);
  const sent = await send([file(next, 0)], olds);
  const positions = fc.array(fc.tuple(fc.nat(sent.payload.length - 1), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(positions, fc.nat(2), async (changes, cut) => {
      const payload = new Uint8Array(sent.payload);
      for (const [at, bits] of changes) payload[at] = (payload[at] ?? 0) ^ bits;
      const hostile = { ...sent, payload: payload.subarray(0, payload.length - cut) };
      try {
        const made = await receive(hostile, [next.length], olds);
        expect(made.every(({ length }) => length === next.length)).toBe(true);
      } catch (error) {
        expect(error).toMatchObject({ name: 'BlockPackError', family: 'format' });
      }
    }),
    fuzzRuns(300),
  );
});

test('archives whose skeletons would be too large travel as they are', async () => {
  const olds: GroupBlock[] = [{ kind: 'file', content: randomAccessOf(jar(1)) }];
  const blocks = [file(jar(2), 0)];
  const sent = await send(blocks, olds, 'delta', 20);
  expect(sent.written.blocks).toEqual([{ apart: false, bases: [0] }]);
  const [made] = await receive(sent, [jar(2).length], olds);
  expect(made && digestOf(made)).toBe(digestOf(jar(2)));
});
