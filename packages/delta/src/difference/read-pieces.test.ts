import { crc32, deflateRawSync } from 'node:zlib';
import { randomAccessOf } from '@block-pack/core';
import { expect, test } from 'vitest';
import type { DifferenceBase } from './allowance.ts';
import { readPieces } from './read-pieces.ts';

const sizes = [9, 70_000, 0, 3, 600_000, 5, 3_000_000, 40, 90_000, 90_000];
const contents = sizes.map((size, i) =>
  Uint8Array.from({ length: size }, (_, at) => (at * at * (i + 1)) >> 7),
);
const packed = contents.map((content) => deflateRawSync(content, { level: 1 }));
const archive = new Uint8Array(Buffer.concat(packed));

test('bases are read whole and in part, be they deflated or not, in any order', async () => {
  const bases = contents.map((content, i) => (i % 4 === 3 ? randomAccessOf(content) : deflated(i)));
  for (const order of [sizes.keys(), [...sizes.keys()].reverse(), [1, 1, 4, 0, 8, 8, 2, 9, 1]]) {
    const pieces = [...order].flatMap((index) => [whole(index), { index, offset: 1, length: 2 }]);
    const wanted = pieces.filter(({ index, length }) => length !== 2 || (sizes[index] ?? 0) > 2);
    const to = new Uint8Array(wanted.reduce((sum, { length }) => sum + length, 0));
    await readPieces(wanted, bases, to);
    const expected = wanted.map(
      ({ index, offset, length }) => contents[index]?.subarray(offset, offset + length) ?? to,
    );
    expect(Buffer.compare(to, Buffer.concat(expected))).toBe(0);
  }
});

test('where one cannot be inflated with others, each is read alone, and says what is wrong', async () => {
  const strange = { ...deflated(3), deflated: () => ({ ...place(3), crc32: 1 }) };
  const to = new Uint8Array(9 + 3 + 5);
  await readPieces(
    [whole(0), whole(3), whole(5)],
    contents.map((_, i) => (i === 3 ? strange : deflated(i))),
    to,
  );
  expect(to).toEqual(new Uint8Array(Buffer.concat([0, 3, 5].map((i) => contents[i] ?? to))));
  const broken = { ...strange, read: () => Promise.reject(new Error('it is broken')) };
  const all = contents.map((_, i) => (i === 3 ? broken : deflated(i)));
  await expect(
    readPieces([whole(0), whole(3), whole(4), whole(5)], all, new Uint8Array(600_017)),
  ).rejects.toThrow('it is broken');
});

function whole(index: number) {
  return { index, offset: 0, length: sizes[index] ?? 0 };
}

function deflated(i: number): DifferenceBase {
  const content = contents[i] ?? new Uint8Array();
  return { ...randomAccessOf(content), unpacked: true, deflated: () => place(i) };
}

function place(i: number) {
  const offset = packed.slice(0, i).reduce((sum, { length }) => sum + length, 0);
  const content = contents[i] ?? new Uint8Array();
  return {
    source: randomAccessOf(archive),
    offset,
    packedSize: packed[i]?.length ?? 0,
    crc32: crc32(content),
  };
}
