import { createHash } from 'node:crypto';
import { deflateRawSync, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { deflateRaw } from 'pako';
import { describe, expect, it } from 'vitest';
import { type Bytes, bytesOf, collect } from '../bytes.ts';
import { deflateByPako, deflateByZlib } from './deflate.ts';
import { runByPako, runByZlib } from './deflate-auto.ts';
import { isZlibExact, selfTestSample } from './deflate-self-test.ts';
import { defaultEncoding, encodingIds, parseEncoding } from './encoding.ts';
import { gzipMember } from './gzip-member.ts';
import { type DeflateLevel, pinnedSettings } from './pinned-deflate.ts';

const levels: readonly DeflateLevel[] = [1, 6];

async function all(content: Bytes): Promise<Uint8Array> {
  return collect(content, 1 << 26, 'the content');
}

/** Cut into chunks of the given sizes, again and again; every chunk is overwritten when the next one is asked for, as it may be. */
async function* inChunks(bytes: Uint8Array, sizes: readonly number[]): Bytes {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const chunk = bytes.slice(at, at + (sizes[turn % sizes.length] ?? 1));
    at += chunk.length;
    yield chunk;
    chunk.fill(0xee);
  }
}

/** Some hundred kilobytes that deflate well, more than one piece of any encoder. */
const contents = fc
  .tuple(fc.nat(40), fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.uint8Array({ maxLength: 3000 }))
  .map(([times, words, noise]) => {
    const parts = Array.from({ length: times * 20 }, (_, index) => words.subarray(index % words.length));
    return Buffer.concat([...parts, noise]);
  });
const chunkSizes = fc.array(fc.constantFrom(1, 511, 512, 65_535, 131_072, 200_000), {
  minLength: 1,
  maxLength: 3,
});

describe('a gzip member', () => {
  it.each(encodingIds)('of %s is the same however its bytes come, and gunzips to them', async (encoding) => {
    const property = fc.asyncProperty(contents, chunkSizes, async (content, sizes) => {
      const member = await all(gzipMember(bytesOf(content), encoding));
      expect(Buffer.compare(gunzipSync(member), content)).toBe(0);
      const again = await all(
        gzipMember(inChunks(content, sizes.includes(1) ? [...sizes, 70_001] : sizes), encoding),
      );
      expect(Buffer.compare(again, member)).toBe(0);
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it('says nothing of name, time or machine in its header', async () => {
    const member = await all(gzipMember(bytesOf(Buffer.from('content')), 'gzip-6'));
    expect([...member.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  });

  it('of gzip-0 holds stored blocks of 65,535 bytes, the last one marked', async () => {
    const content = Buffer.alloc(2 * 65_535, 'x');
    const member = await all(gzipMember(bytesOf(content), 'gzip-0'));
    expect(member.length).toBe(10 + 2 * (5 + 65_535) + 8);
    expect([...member.subarray(10, 15)]).toEqual([0, 0xff, 0xff, 0, 0]);
    expect([...member.subarray(10 + 65_540, 10 + 65_545)]).toEqual([1, 0xff, 0xff, 0, 0]);
    expect([...(await all(gzipMember(bytesOf(), 'gzip-0'))).subarray(10)]).toEqual([
      1,
      0,
      0,
      0xff,
      0xff,
      ...Array(8).fill(0),
    ]);
  });

  it('of gzip-auto holds dense pieces as they are, and runs of others by themselves', async () => {
    const noise = randomBytes(65_535);
    const text = Buffer.alloc(65_535, 'some words ');
    const content = [text, text, noise, ...Array<Buffer>(17).fill(text), noise];
    const member = await all(gzipMember(bytesOf(...content), 'gzip-auto'));
    const runs = [
      ...runByPako(Buffer.concat([text, text]), false),
      [0, 0xff, 0xff, 0, 0, ...noise],
      ...runByPako(Buffer.concat(Array<Buffer>(16).fill(text)), false),
      ...runByPako(text, false),
      [1, 0xff, 0xff, 0, 0, ...noise],
    ];
    expect(Buffer.compare(member.subarray(10, -8), Buffer.concat(runs.map((run) => Buffer.from(run))))).toBe(
      0,
    );
    expect(Buffer.compare(gunzipSync(member), Buffer.concat(content))).toBe(0);
  });

  it.each([
    ['what is drawn evenly', randomBytes(65_535), true],
    ['a few such bytes', randomBytes(700), true],
    [
      'of two bytes one from half of all values',
      randomBytes(65_535).map((byte, at) => (at % 2 ? byte : byte >> 1)),
      false,
    ],
    ['words', Buffer.alloc(65_535, 'some words '), false],
    ['one byte twice', Buffer.alloc(2), false],
    ['nothing', Buffer.alloc(0), false],
  ])('of gzip-auto knows %s', async (_, content, stored) => {
    const member = await all(gzipMember(bytesOf(content), 'gzip-auto'));
    const whole = await all(gzipMember(bytesOf(content), stored ? 'gzip-0' : 'gzip-6'));
    expect(Buffer.compare(member, whole)).toBe(0);
  });

  it('ends with the error of whoever gives its bytes, and lets go of them when nobody reads on', async () => {
    let open = 0;
    async function* content(fault?: Error): Bytes {
      open++;
      try {
        for (let round = 0; round < 9; round++) yield Buffer.alloc(100_000, round);
        if (fault !== undefined) throw fault;
      } finally {
        open--;
      }
    }
    for (const encoding of encodingIds) {
      await expect(all(gzipMember(content(new Error('the disk failed')), encoding))).rejects.toThrow(
        'the disk failed',
      );
      for await (const _ of gzipMember(content(), encoding)) break;
    }
    expect(open).toBe(0);
  });
});

describe('the pinned encoder', () => {
  it.each(levels)('at level %i is pako, to the byte, also where node:zlib does its work', async (level) => {
    const samples = [selfTestSample(), Buffer.alloc(0), Buffer.alloc(300_000), randomBytes(200_000)];
    for (const sample of samples) {
      const pinned = deflateRaw(sample, { ...pinnedSettings, level });
      expect(Buffer.compare(await all(deflateByPako(bytesOf(sample), level)), pinned)).toBe(0);
      if (isZlibExact(level))
        expect(Buffer.compare(await all(deflateByZlib(bytesOf(sample), level)), pinned)).toBe(0);
    }
  });

  it.each([true, false])(
    'ends a run (the last one: %s) as pako does, whoever does its work',
    async (last) => {
      const samples = [
        selfTestSample(),
        Buffer.alloc(0),
        Buffer.alloc(16 * 65_535),
        randomBytes(16 * 65_535),
      ];
      for (const sample of samples) {
        const run = Buffer.concat(runByPako(sample, last));
        if (last) expect(Buffer.compare(run, deflateRaw(sample, { ...pinnedSettings, level: 6 }))).toBe(0);
        else expect([...run.subarray(-4)]).toEqual([0, 0, 0xff, 0xff]);
        if (isZlibExact(6)) expect(Buffer.compare(Buffer.concat(await runByZlib(sample, last)), run)).toBe(0);
      }
    },
  );

  it.each(levels)('at level %i is told from another by the self-test', (level) => {
    const settings = { ...pinnedSettings, level };
    const sum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    const pinned = sum(deflateRaw(selfTestSample(), settings));
    expect(sum(deflateRaw(selfTestSample(), { ...settings, legacyHash: true }))).not.toBe(pinned);
    // The golden numbers in the self-test are pako's: where zlib has them, it writes the same bytes.
    expect(isZlibExact(level)).toBe(sum(deflateRawSync(selfTestSample(), settings)) === pinned);
  });

  it('may be replaced by nothing: an encoding that is not known is refused', () => {
    expect(parseEncoding('gzip-6')).toBe('gzip-6');
    expect(() => parseEncoding('zstd-3')).toThrow(expect.objectContaining({ code: 'INPUT_UNSUPPORTED' }));
    expect([defaultEncoding('java'), defaultEncoding('npm')]).toEqual(['gzip-auto', 'gzip-6']);
  });
});

function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0, state = 1; at < length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 16;
  }
  return bytes;
}
