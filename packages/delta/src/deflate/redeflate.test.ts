import { deflateRawSync } from 'node:zlib';
import { bytesOf, collect, digestOf } from '@block-pack/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type DeflateParameters,
  deflateCode,
  deflateCodeCount,
  deflateEncoders,
  deflateParametersOf,
} from './deflate-parameters.ts';
import { DeflateSearch, deflateParameters } from './deflate-search.ts';
import { redeflate, redeflateAtOnce } from './redeflate.ts';
import { sameBytes } from './same-bytes.ts';

const zlib6: DeflateParameters = { encoder: 'zlib', level: 6, memLevel: 8 };
const zlib9: DeflateParameters = { encoder: 'zlib', level: 9, memLevel: 8 };

test('every code stands for the parameters that it was made of', () => {
  for (let code = 0; code < deflateCodeCount; code++) {
    const parameters = deflateParametersOf(code);
    if (parameters === undefined)
      expect(Math.floor(code / 81)).toBeGreaterThanOrEqual(deflateEncoders.indexOf('go'));
    else expect(deflateCode(parameters)).toBe(code);
  }
  for (const encoder of ['go', 'pigz', 'gzip', 'pgzip-1.15', 'go-1.27'] as const)
    expect(deflateParametersOf(deflateCode({ encoder, level: 6, memLevel: 9 }))).toBeUndefined();
  expect([-1, 0.5, deflateCodeCount, Number.NaN].map(deflateParametersOf)).toEqual(Array(4).fill(undefined));
});

test('a stream of zlib, as Python writes it, is found and made again', () => {
  const content = Buffer.from(
    'The Times 03/Jan/2009 Chancellor on brink of second bailout for banks\n'.repeat(3),
  );
  // python3 -c "import zlib; c = zlib.compressobj(6, 8, -15); print((c.compress(content) + c.flush()).hex())"
  const packed = Buffer.from(pythonStream, 'hex');
  expect(deflateParameters(packed, content)).toEqual(zlib6);
  expect(Buffer.from(redeflateAtOnce(content, zlib6)).toString('hex')).toBe(pythonStream);
});

test('what Node itself writes is found as the work of its own zlib', () => {
  const content = words(60_000);
  const packed = deflateRawSync(content, { level: 9 });
  expect(deflateParameters(packed, content)).toEqual({ encoder: 'chromium', level: 9, memLevel: 8 });
});

test('every pair of level and memory level that the search tries is found', () => {
  const content = words(20_000);
  for (const encoder of ['zlib', 'chromium'] as const)
    for (const memLevel of [8, 9])
      for (let level = 1; level <= 9; level++) {
        const packed = redeflateAtOnce(content, { encoder, level, memLevel });
        const found = deflateParameters(packed, content);
        expect(found && digestOf(redeflateAtOnce(content, found))).toBe(digestOf(packed));
      }
});

test('one wrong bit anywhere, and no parameters are found', () => {
  const content = words(5_000);
  const packed = redeflateAtOnce(content, zlib9);
  for (let bit = 0; bit < packed.length * 8; bit += 101) {
    const damaged = new Uint8Array(packed);
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(deflateParameters(damaged, content)).toBeUndefined();
  }
  expect(deflateParameters(packed.subarray(0, -1), content)).toBeUndefined();
  expect(deflateParameters(Buffer.concat([packed, Buffer.of(0)]), content)).toBeUndefined();
});

test('streams of another encoder make the search modest, and one that fits wakes it again', () => {
  const search = new DeflateSearch();
  for (let count = 0; count < 20; count++)
    expect(search.find(Buffer.of(1, 2, 3), words(100))).toBeUndefined();
  const content = words(50_000);
  expect(search.find(redeflateAtOnce(content, zlib9), content)).toEqual(zlib9);
  const small = words(50);
  expect(search.find(redeflateAtOnce(small, zlib9), small)).toEqual(zlib9);
});

test('a stream that flows is found and made again, however it is cut', async () => {
  const content = words(200_000);
  const packed = redeflateAtOnce(content, zlib9);
  const cut = () =>
    bytesOf(content.subarray(0, 1), new Uint8Array(), content.subarray(1, 70_000), content.subarray(70_000));
  expect(await new DeflateSearch().findInStream(() => bytesOf(packed), cut, content.length)).toEqual(zlib9);
  expect(digestOf(await collect(redeflate(cut(), zlib9), packed.length, 'stream'))).toBe(digestOf(packed));
});

test('a stream of bytes that are all alike, which nothing fits, is given up before it costs more than thrice its length', async () => {
  const content = new Uint8Array(9 << 20);
  const packed = redeflateAtOnce(content, zlib9);
  const damaged = new Uint8Array(packed);
  damaged[packed.length - 9] = 1;
  let read = 0;
  const counted = async function* () {
    for (let at = 0; at < content.length; at += 1 << 16) {
      read += 1 << 16;
      yield content.subarray(at, at + (1 << 16));
    }
  };
  const found = await new DeflateSearch().findInStream(() => bytesOf(damaged), counted, content.length);
  expect(found).toBeUndefined();
  expect(read).toBeLessThan(3 * content.length);
});

test('two streams at the same time do not disturb each other', async () => {
  const [one, other] = [words(100_000), words(100_000, 7)];
  const both = [one, other].map((content) => collect(redeflate(slowly(content), zlib6), 1 << 20, 'stream'));
  expect((await Promise.all(both)).map(digestOf)).toEqual(
    [one, other].map((content) => digestOf(redeflateAtOnce(content, zlib6))),
  );
});

test('the bytes of both kinds of zlib are those of the golden vectors', () => {
  const content = words(100_000);
  const seen = (['zlib', 'chromium'] as const).flatMap((encoder) =>
    [1, 3, 6, 9].flatMap((level) =>
      [1, 8, 9].map((memLevel) => [
        `${encoder} ${level} ${memLevel}`,
        digestOf(redeflateAtOnce(content, { encoder, level, memLevel })).slice(7, 23),
      ]),
    ),
  );
  expect(Object.fromEntries(seen)).toMatchInlineSnapshot(`
    {
      "chromium 1 1": "684605b71eeed98c",
      "chromium 1 8": "ece98d963d8566cd",
      "chromium 1 9": "1eef477122c9095f",
      "chromium 3 1": "18013d49711221e2",
      "chromium 3 8": "c359a6878c2789b9",
      "chromium 3 9": "c359a6878c2789b9",
      "chromium 6 1": "ee7726a06deca296",
      "chromium 6 8": "2995efd37150bc84",
      "chromium 6 9": "49aa709729cac233",
      "chromium 9 1": "0e7f9b8e6344e3fc",
      "chromium 9 8": "82569480b7ed5c5c",
      "chromium 9 9": "82569480b7ed5c5c",
      "zlib 1 1": "8798fe3cd19516d8",
      "zlib 1 8": "4efdf8c321ff1606",
      "zlib 1 9": "49735fb1e140d6c6",
      "zlib 3 1": "2cea7dd9ffbc54a2",
      "zlib 3 8": "bd5ffa67ab78741f",
      "zlib 3 9": "5b064ca06522bc3c",
      "zlib 6 1": "d6c52b3550e9f3db",
      "zlib 6 8": "6b7fc4df01e62df4",
      "zlib 6 9": "ddbed53dfed683b8",
      "zlib 9 1": "8c4bf34db64107c4",
      "zlib 9 8": "85721961d73a8dd1",
      "zlib 9 9": "85721961d73a8dd1",
    }
  `);
});

test('any content in any chunks is deflated to the same stream', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 8 }),
      fc.nat(deflateCodeCount - 1),
      async (chunks, code) => {
        const parameters = deflateParametersOf(code) ?? zlib6;
        const whole = redeflateAtOnce(Buffer.concat(chunks), parameters);
        expect(await sameBytes(redeflate(bytesOf(...chunks), parameters), bytesOf(whole))).toBe(true);
      },
    ),
    { numRuns: 100 },
  );
});

/** Text of sorts, the same every time: words of a small vocabulary, so that levels differ in how far they look for the best match. */
function words(length: number, seed = 1): Uint8Array {
  let state = seed;
  const next = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 16) % below;
  };
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) {
    const word = next(400);
    for (let end = Math.min(length, at + 2 + (word % 9)), i = 0; at < end; at++, i++)
      bytes[at] = 97 + ((word * (i + 3)) % 23);
    bytes[Math.min(at, length - 1)] = 32;
  }
  return bytes;
}

async function* slowly(content: Uint8Array) {
  for (let at = 0; at < content.length; at += 10_000) {
    await Promise.resolve();
    yield content.subarray(at, at + 10_000);
  }
}

const pythonStream =
  '0bc9485508c9cc4d2d563030d6f74accd3373230b05470ce48cc4b4ecdc9c92f52c8cf53482acacccb56c84f53284e4dcecf4b51484accccc92f2d5148034a2725e6651773850c225300';
