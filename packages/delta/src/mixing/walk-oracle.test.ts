import type { BlockPackError } from '@block-pack/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VarintWriter } from '../varint.ts';
import { ByteMixer } from './byte-mixer.ts';
import { hashed } from './hashed.ts';
import { magnitude, StreamMixer } from './stream-mixer.ts';
import type { WayOfWalking } from './walk.ts';

/** Small and large, and some that come again; more than go into a window, now and then. */
const numbers = fc.array(fc.oneof(fc.nat(20), fc.constantFrom(127, 128, 700_000), fc.nat(2 ** 40)), {
  minLength: 1,
  maxLength: 700,
});
const bytes = fc.uint8Array({ minLength: 1, maxLength: 1200 });
const covers = fc.array(fc.tuple(fc.nat(300), fc.nat(70_000), fc.nat(9), fc.nat(2 ** 33)), {
  minLength: 1,
  maxLength: 400,
});

describe('a walk of the program makes what docs/format/mixed-streams.md says', () => {
  it('of numbers', () => {
    fc.assert(
      fc.property(numbers, (all) => expectSame('codeNumbers', [varints(all)], numbersOf)),
      { numRuns: 25 },
    );
  });

  it('of bytes', () => {
    fc.assert(
      fc.property(bytes, (all) => expectSame('codeBytes', [all], bytesOf)),
      { numRuns: 25 },
    );
  });

  it('of covers, whichever of their streams are mixed', () => {
    fc.assert(
      fc.property(covers, fc.subarray([0, 1, 2, 3], { minLength: 1 }), (all, mixed) =>
        expectSame('codeCovers', streamsOf(all), coversOf, mixed),
      ),
      { numRuns: 40 },
    );
  });
});

describe('a walk', () => {
  it('is refused where a stream ends within a number, or before the others do', () => {
    const walked = (way: WayOfWalking, streams: readonly Uint8Array[]) => () => packedBy(way, streams, [0]);
    expect(walked('codeNumbers', [Uint8Array.of(1, 0x80)])).toThrow('ends too early');
    const [lengths, literals, origins, seeks] = streamsOf([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    expect(walked('codeCovers', [lengths, literals, origins, seeks])).not.toThrow();
    for (const short of [literals, origins, seeks]) {
      const streams = [lengths, literals, origins, seeks].map((one) =>
        one === short ? one.subarray(1) : one,
      );
      expect(walked('codeCovers', streams)).toThrow('ends too early');
    }
  });

  it('is refused, or has some streams, whatever the packed bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 300 }), fc.nat(2000), (packed, length) => {
        const streams = [0, 1, 2, 3].map(() => new Uint8Array(length));
        const mixer = new StreamMixer(streams, new Set([0, 1, 2, 3]), 4, packed);
        try {
          mixer.walk('codeCovers', 0, 1, 2, 3);
          mixer.end();
        } catch (error) {
          expect((error as BlockPackError).code).toBe('DELTA_INVALID');
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** The streams packed by the program are those packed by the page, and come back. */
function expectSame(
  way: WayOfWalking,
  streams: readonly Uint8Array[],
  plain: (walk: PlainWalk) => void,
  mixed: readonly number[] = [0],
): void {
  const packed = packedBy(way, streams, mixed);
  const walk = new PlainWalk(streams, mixed);
  plain(walk);
  expect(Buffer.from(packed)).toEqual(Buffer.from(walk.mixer.end()));
  const made = streams.map((stream, place) =>
    mixed.includes(place) ? new Uint8Array(stream.length) : stream,
  );
  const mixer = new StreamMixer(made, new Set(mixed), streams.length, packed);
  mixer.walk(way, ...streams.keys());
  mixer.end();
  expect(made.map((stream) => Buffer.from(stream))).toEqual(streams.map((stream) => Buffer.from(stream)));
}

function packedBy(way: WayOfWalking, streams: readonly Uint8Array[], mixed: readonly number[]): Uint8Array {
  const mixer = new StreamMixer(streams, new Set(mixed), streams.length);
  mixer.walk(way, ...streams.keys());
  return mixer.end();
}

/** "Numbers" of the page, byte by byte. */
class PlainWalk {
  readonly mixer: ByteMixer;
  readonly #streams: readonly Uint8Array[];
  readonly #mixed: readonly number[];
  readonly #at: number[];

  constructor(streams: readonly Uint8Array[], mixed: readonly number[]) {
    const total = mixed.reduce((sum, place) => sum + (streams[place]?.length ?? 0), 0);
    this.mixer = new ByteMixer(streams.length, Math.max(16, 32 - Math.clz32(64 * total - 1)));
    this.#streams = streams;
    this.#mixed = mixed;
    this.#at = streams.map(() => 0);
  }

  isAtEnd(stream: number): boolean {
    return this.#at[stream] === this.#streams[stream]?.length;
  }

  number(stream: number, around: readonly number[]): number {
    let [value, before] = [0, 0];
    for (let i = 0; ; i++) {
      const byte = this.byte(stream, around, hashed(16 * stream + i, before));
      if (i < 5) value |= (byte & 0x7f) << (7 * i);
      if (byte < 0x80 || i === 7) return value >>> 0;
      before = (before << 8) | byte;
    }
  }

  byte(stream: number, around: readonly number[], own: number = hashed(16 * stream, 0)): number {
    const byte = this.#streams[stream]?.[this.#at[stream] as number] as number;
    this.#at[stream] = (this.#at[stream] as number) + 1;
    if (!this.#mixed.includes(stream)) return byte;
    this.mixer.contexts.set([own, ...around.map((one, i) => hashed(own + 1 + i, one))]);
    return this.mixer.code(byte, stream, around.length + 1, (around[0] as number) & 0xff, -1, 0);
  }
}

function numbersOf(walk: PlainWalk): void {
  for (let [x, y, z] = [0, 0, 0]; !walk.isAtEnd(0); ) {
    const around = [...aroundLast(x, y, z), hashed(magnitude(x), magnitude(y))];
    [x, y, z] = [walk.number(0, around), x, y];
  }
}

function bytesOf(walk: PlainWalk): void {
  for (let [x, y, z] = [0, 0, 0]; !walk.isAtEnd(0); ) [x, y, z] = [walk.byte(0, aroundLast(x, y, z)), x, y];
}

function aroundLast(x: number, y: number, z: number): number[] {
  return [x, hashed(x, y), y, hashed(hashed(x, y), z), z];
}

/** With the streams in the order of their windows. */
function coversOf(walk: PlainWalk): void {
  let [literal, cover, origin, seek] = [0, 0, 0, 0];
  while (!walk.isAtEnd(0)) {
    literal = walk.number(1, aroundCover(magnitude(cover), magnitude(literal), origin, 0));
    cover = walk.number(0, aroundCover(magnitude(literal), magnitude(cover), origin, 0));
    origin = walk.byte(2, aroundCover(origin, magnitude(literal), magnitude(cover), 0));
    seek = walk.number(3, aroundCover(origin, magnitude(seek), magnitude(literal), literal));
  }
}

function aroundCover(p: number, q: number, r: number, s: number): number[] {
  return [p, q, hashed(p, q), hashed(p, r), hashed(hashed(p, q), r), hashed(s, r), hashed(s, p)];
}

/** Literal length, cover length, origin and seek of each, in the order of windows: lengths of covers first. */
function streamsOf(all: readonly (readonly [number, number, number, number])[]): Uint8Array[] {
  return [
    varints(all.map(([, cover]) => cover)),
    varints(all.map(([literal]) => literal)),
    Uint8Array.from(all, ([, , origin]) => origin),
    varints(all.map(([, , , seek]) => seek)),
  ];
}

function varints(all: readonly number[]): Uint8Array {
  const writer = new VarintWriter();
  for (const one of all) writer.add(one);
  return writer.bytes();
}
