import { ByteReader, bytesOf, collect, randomAccessOf } from '@block-pack/core';
import { FakeClass, fuzzRuns } from '@block-pack/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClassJoiner } from '../class/class-joiner.ts';
import { manyTexts } from '../class/text-streams-fixture.ts';
import { joinSection, type PackedSection, readPackedSection } from './packed-section.ts';
import { readTyped } from './read-typed.ts';
import { typedMagic, writeTyped } from './write-typed.ts';

/** Class files that name many texts again. */
const contents = manyTexts(200).map((texts, at) => {
  const fake = new FakeClass();
  for (const { text, use } of texts) use > 0 ? fake.class(`a/T${text}`) : fake.text(`own${text}`);
  return fake.bytes(`a/A${at}`);
});
const whole = new Uint8Array(Buffer.concat(contents));

describe('typed contents with many texts', () => {
  it('have their numbers coded, and are smaller', async () => {
    const typed = await written();
    expect((await sectionOf(typed)).streams.mixed.size).toBe(2);
    expect(await read(typed)).toEqual(whole);
  });

  it('have no numbers coded where values are mixed, or where there are few of them', async () => {
    for (const options of [{ mixesValues: true }, { sectionLength: 20_000 }]) {
      const typed = await written(options);
      expect((await sectionOf(typed)).streams.mixed.size).toBe(0);
      expect(await read(typed)).toEqual(whole);
    }
  });

  it('are made by the program and by the walk', async () => {
    const section = await sectionOf(await written());
    const noRoom = () => {
      throw new Error('the walk asks for room');
    };
    expect(joinSection(section, new ClassJoiner(), noRoom)).toEqual(whole);
    expect(joinSection(section, new NoJoiner(), () => new Uint8Array(whole.length))).toEqual(whole);
  });

  it('are refused where values are mixed as well', async () => {
    const typed = await written();
    // Behind the magic, a byte of the length of the header, three of the section's length and three of that of its texts: the first of the bits.
    const bits = typedMagic.length + 1 + 3 + 3;
    expect(typed[bits + 9]).toBe(1 << 6);
    await expect(read(typed.with(bits, 1 << 5))).rejects.toThrow('values that are mixed, and coded');
    await expect(read(typed.with(bits + 9, 1 << 7))).rejects.toThrow('never is');
  });

  it('are refused, or made of other bytes, where they were damaged, also by the walk', async () => {
    const typed = await written();
    await fc.assert(
      fc.asyncProperty(fc.nat(typed.length - 1), fc.integer({ min: 1, max: 255 }), async (place, change) => {
        const bad = typed.with(place, (typed[place] as number) ^ change);
        const made = await read(bad).catch((error: unknown) => error);
        if (made instanceof Uint8Array) expect(made).toHaveLength(whole.length);
        else expect(made).toMatchObject({ code: 'DELTA_INVALID' });
      }),
      fuzzRuns(100),
    );
  });
});

class NoJoiner extends ClassJoiner {
  override join(): undefined {
    return undefined;
  }
}

function written(options: Parameters<typeof writeTyped>[1] = {}): Promise<Uint8Array> {
  return collect(writeTyped(contents.map(randomAccessOf), options), 1 << 24, 'typed contents');
}

function read(typed: Uint8Array): Promise<Uint8Array> {
  return collect(readTyped(bytesOf(typed), whole.length), whole.length, 'contents');
}

function sectionOf(typed: Uint8Array): Promise<PackedSection> {
  const reader = new ByteReader(bytesOf(typed.subarray(typedMagic.length)), () => new Error('early'));
  return readPackedSection(reader, whole.length);
}
