import { BlockPackError } from '@block-pack/core';
import { FakeClass, fakeClassOfAllForms, u2 } from '@block-pack/core/testing';
import { describe, expect, it } from 'vitest';
import { VarintWriter } from '../varint.ts';
import { attributeNames } from './class-body.ts';
import { ClassJoiner } from './class-joiner.ts';
import { joinedByBoth } from './join-oracle-fixture.ts';
import { splitContents } from './split-contents.ts';
import { kinds, typedStreamNames } from './typed-streams.ts';
import { noCoder } from './value-coder.ts';

describe('the program that makes class files', () => {
  it('makes every attribute where the specification has it, and takes it for unknown elsewhere', () => {
    for (const name of [...attributeNames, 'code', 'Cod', 'Recorded', 'constructor'])
      for (const length of [0, 1, 2, 4]) {
        const contents = (['class', 'field', 'method', 'code', 'component'] as const).map((place) =>
          withAttributeAt(place, name, new Uint8Array(length)),
        );
        comeBack(contents);
      }
  });

  it('makes every instruction', () => {
    const codes = Array.from({ length: 203 }, (_, opcode) =>
      [[2], [0, 2]].map((operand) => withCode([opcode, ...operand, ...operand, ...operand, ...operand])),
    );
    comeBack(codes.flat());
  });

  it('makes a class file with as many constants as there may be', () => {
    for (const [of, slots] of [
      [(fake: FakeClass, i: number) => fake.text(`${i}`), 1],
      [(fake: FakeClass, i: number) => fake.integer(i), 1],
      [(fake: FakeClass, i: number) => fake.long(i), 2],
      [(fake: FakeClass, i: number) => fake.class(`${i}`), 2],
    ] as const) {
      const fake = new FakeClass();
      for (let i = 0; i < Math.floor(65_520 / slots); i++) of(fake, i);
      const bytes = fake.bytes('a/A');
      expect(othersOf(comeBack([bytes, fakeClassOfAllForms(), bytes]))).toHaveLength(0);
    }
  });

  it('makes texts of every length', () => {
    const fake = new FakeClass();
    for (let length = 0; length < 70; length++) fake.text('ä'.repeat(length / 2) + 'x'.repeat(length % 2));
    fake.text('x'.repeat(65_535));
    expect(othersOf(comeBack([fake.bytes('a/A'), fakeClassOfAllForms(), fake.bytes('a/A')]))).toHaveLength(0);
  });

  it('makes what stands before, between and behind class files', () => {
    const text = new TextEncoder().encode('no class file');
    comeBack([text, fakeClassOfAllForms(), text, text, fakeClassOfAllForms('again'), text]);
    comeBack([text]);
    comeBack([]);
  });

  it('cuts off numbers of four bytes that have more, as the walk does', () => {
    for (const far of [0xffff_ffff, 2 ** 32 + 5, 2 ** 53 - 1, 2 ** 53]) {
      const code = withCode([0xc8, 0, 0, 0, 5]);
      const streams = streamsOf([code]);
      const number = new VarintWriter();
      number.add(far);
      streams[kinds.jumps] = number.bytes();
      sameOutcome(streams, code.length);
    }
  });

  it('refuses what the walk refuses, and is as good as new afterwards', () => {
    const contents = [fakeClassOfAllForms(), fakeClassOfAllForms('again')];
    const size = Buffer.concat(contents).length;
    const streams = streamsOf(contents);
    for (const kind of typedStreamNames.keys())
      for (const change of changes) {
        sameOutcome(streams.with(kind, change(streams[kind] as Uint8Array)), size);
        expect(joinedByBoth(streams, size)).toHaveLength(size);
      }
    for (const other of [0, size - 1, size + 1]) sameOutcome(streams, other);
  });

  it('serves one reader after another', () => {
    const first = ClassJoiner.take();
    const second = ClassJoiner.take();
    expect(second).not.toBe(first);
    first.leave();
    expect(ClassJoiner.take()).toBe(first);
  });
});

/** Of a stream: its end is missing, a byte is too many, or its first number is the expected one, none, a large one, or one that has no end. */
const changes: readonly ((stream: Uint8Array) => Uint8Array)[] = [
  (stream) => stream.subarray(0, -1),
  (stream) => Uint8Array.of(...stream, 0),
  (stream) => Uint8Array.of(0, ...stream.subarray(1)),
  (stream) => Uint8Array.of(1, ...stream.subarray(1)),
  (stream) => Uint8Array.of(0x7f, ...stream.subarray(1)),
  (stream) => Uint8Array.of(0xff, 0xff, 0x03, ...stream.subarray(1)),
  (stream) => Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, ...stream.subarray(1)),
  (stream) => Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, ...stream.subarray(1)),
];

/** The streams of contents, which both make again. */
function comeBack(contents: readonly Uint8Array[]): Uint8Array[] {
  const streams = streamsOf(contents);
  const bytes = Buffer.concat(contents);
  expect(Buffer.compare(joinedByBoth(streams, bytes.length), bytes)).toBe(0);
  return streams;
}

function streamsOf(contents: readonly Uint8Array[]): Uint8Array[] {
  let end = 0;
  const places = contents.map(({ length }) => {
    end += length;
    return { start: end - length, length };
  });
  return splitContents(Buffer.concat(contents), places, noCoder, new Set());
}

function othersOf(streams: readonly Uint8Array[]): Uint8Array {
  return streams[kinds.others] as Uint8Array;
}

/** Both refuse, or make the same. */
function sameOutcome(streams: readonly Uint8Array[], size: number): void {
  try {
    joinedByBoth(streams, size);
  } catch (error) {
    if (!(error instanceof BlockPackError)) throw error;
  }
}

type AttributePlace = 'class' | 'field' | 'method' | 'code' | 'component';

function withAttributeAt(place: AttributePlace, name: string, content: Uint8Array): Uint8Array {
  const fake = new FakeClass();
  const attribute = fake.attribute(name, content);
  const text = u2(fake.text('a'));
  if (place === 'class') fake.add(attribute);
  else if (place === 'component') fake.add(fake.attribute('Record', u2(1), text, text, u2(1), attribute));
  else if (place === 'field') fake.field('a', 'I', attribute);
  else fake.method('a', '()V', place === 'code' ? fake.code([0xb1], [], attribute) : attribute);
  return fake.bytes('a/A');
}

function withCode(code: readonly number[]): Uint8Array {
  const fake = new FakeClass();
  fake.class('b/B');
  fake.method('a', '()V', fake.code([...code]));
  return fake.bytes('a/A');
}
