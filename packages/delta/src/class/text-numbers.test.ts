import { digestOf } from '@block-pack/core';
import { fuzzRuns } from '@block-pack/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packTextNumbers, textNumberKinds, unpackTextNumbers } from './text-numbers.ts';
import { manyTexts, textStreams } from './text-streams-fixture.ts';
import { kinds, type StreamKind } from './typed-streams.ts';

describe('numbers of texts', () => {
  const streams = textStreams(manyTexts(400));
  const packed = packTextNumbers(streams) ?? new Uint8Array();

  it('come back, also after others', () => {
    const few = textStreams(manyTexts(8));
    const packedFew = packTextNumbers(few) ?? new Uint8Array();
    for (let times = 0; times < 2; times++) {
      expect(unpacked(streams, packed)).toEqual(numbersOf(streams));
      expect(unpacked(few, packedFew)).toEqual(numbersOf(few));
    }
  });

  it('come back where there are none', () => {
    const none = textStreams([[]]);
    const packedNone = packTextNumbers(none);
    // Four bytes are more than none: nobody writes them.
    expect(packedNone).toBeUndefined();
    expect(unpacked(none, new Uint8Array(4))).toEqual(numbersOf(none));
  });

  it('are refused where their bytes end early, or are left over', () => {
    for (const end of [0, 3, 100, packed.length - 1]) refused(streams, packed.subarray(0, end));
    refused(streams, Uint8Array.of(...packed, 0));
  });

  it('are refused where there is more or less room for them', () => {
    for (const kind of textNumberKinds)
      for (const change of [-1, 1]) {
        const room = new Uint8Array((streams[kind]?.length ?? 0) + change);
        refused(streams.with(kind, room), packed);
      }
  });

  it('are refused where what tells their uses ends early, goes on, or has no end', () => {
    const telling = [kinds.constantCounts, kinds.constantTags, kinds.classNames, kinds.partTypes];
    for (const kind of telling) {
      const stream = streams[kind] as Uint8Array;
      refused(streams.with(kind, stream.subarray(0, -1)), packed);
      refused(streams.with(kind, Uint8Array.of(...stream, 5)), packed);
      refused(
        streams.with(
          kind,
          stream.map(() => 0xff),
        ),
        packed,
      );
    }
  });

  it('are refused, or some, where a byte is wrong', () => {
    fc.assert(
      fc.property(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const bad = packed.with(place, (packed[place] as number) ^ change);
        try {
          expect(unpacked(streams, bad)[0]?.every((choice) => choice < 3)).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: 'DELTA_INVALID' });
        }
      }),
      fuzzRuns(60),
    );
  });

  it('are refused at once where class files without texts have no end', () => {
    const counts = new Uint8Array(3 * 10_000).map((_, at) => [0xff, 0xff, 0x03][at % 3] as number);
    const started = process.cpuUsage().user;
    refused(textStreams([[]]).with(kinds.constantCounts, counts), new Uint8Array(4));
    expect(process.cpuUsage().user - started).toBeLessThan(1e6);
  });

  it('are not written where they say a text in a way that there is not, or one that there is not', () => {
    for (const [kind, change] of [
      [kinds.textChoices, (value: number) => value + 3],
      [kinds.knownTexts, () => 0x7f],
    ] as const) {
      const stream = (streams[kind] as Uint8Array).slice();
      stream[0] = change(stream[0] as number);
      expect(packTextNumbers(streams.with(kind, stream))).toBeUndefined();
    }
  });

  it('are these bytes for ever', () => {
    expect([
      numbersOf(streams).map(({ length }) => length),
      packed.length,
      digestOf(packed),
    ]).toMatchInlineSnapshot(`
      [
        [
          24000,
          33161,
        ],
        22641,
        "sha256:71257af9b203bc49362599c2905021ad1a1a2e4b141c7017d0ee88b0d1fc9c15",
      ]
    `);
  });
});

function numbersOf(streams: readonly Uint8Array[]): Uint8Array[] {
  return textNumberKinds.map((kind: StreamKind) => Uint8Array.from(streams[kind] as Uint8Array));
}

function unpacked(streams: readonly Uint8Array[], packed: Uint8Array): Uint8Array[] {
  const room = streams.map((stream, kind) =>
    textNumberKinds.includes(kind) ? new Uint8Array(stream.length) : stream,
  );
  unpackTextNumbers(room, packed);
  return numbersOf(room);
}

function refused(streams: readonly Uint8Array[], packed: Uint8Array): void {
  expect(() => unpacked(streams, packed)).toThrow('the numbers of texts are not coded as they should be');
}
