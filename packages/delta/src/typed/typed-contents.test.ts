import { readFileSync } from 'node:fs';
import { ByteReader, bytesOf, collect, randomAccessOf } from '@block-pack/core';
import { FakeClass, fakeClassOfAllForms, fuzzRuns, u2, u4 } from '@block-pack/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attributeNames } from '../class/class-body.ts';
import { ClassJoiner } from '../class/class-joiner.ts';
import { joinedByBoth } from '../class/join-oracle-fixture.ts';
import { splitContents } from '../class/split-contents.ts';
import { kinds, typedStreamNames } from '../class/typed-streams.ts';
import { noCoder } from '../class/value-coder.ts';
import { refusalOf } from '../refusal-fixture.ts';
import { joinSection, readPackedSection } from './packed-section.ts';
import { readTyped } from './read-typed.ts';
import { sectionStreams } from './typed-section.ts';
import { type WriteTypedOptions, writeTyped } from './write-typed.ts';

describe('class files among typed contents', () => {
  it('are taken apart with every attribute and instruction that there is', () => {
    const streams = split([fakeClassOfAllForms()]);
    expect(othersOf(streams)).toHaveLength(0);
    const empty = typedStreamNames.filter((_, kind) => streams[kind]?.length === 0);
    expect(empty).toEqual(['others', 'knownTexts']);
  });

  it('name each text once, however many of them have it', () => {
    const contents = Array.from({ length: 20 }, (_, i) => caller(`a/Caller${i}`));
    const streams = split(contents);
    const texts = Buffer.from(streams[kinds.texts] ?? []).toString();
    expect(texts.split('java/lang/Object')).toHaveLength(2);
    expect(othersOf(streams)).toHaveLength(0);
  });

  it('are smaller than in one stream', async () => {
    const contents = Array.from({ length: 150 }, (_, i) => caller(`a/Caller${i}`, i));
    const plain = contents.map((content) => new Uint8Array([0, ...content]));
    const [typed, asTheyAre] = [await written(contents), await written(plain)];
    expect(typed.length).toBeLessThan(asTheyAre.length * 0.9);
  });

  it.each([
    ['is cut off', (bytes: Uint8Array) => bytes.subarray(0, -1)],
    ['goes on behind its end', (bytes: Uint8Array) => Uint8Array.from([...bytes, 0])],
    ['has a constant of an unknown kind', (bytes: Uint8Array) => bytes.with(10, 77)],
    ['has nothing but the beginning', (bytes: Uint8Array) => bytes.subarray(0, 4)],
  ])('stay as they are where one %s, and the others are taken apart', (_, change) => {
    const damaged = change(caller('a/Damaged'));
    const streams = split([caller('a/A'), damaged, caller('a/B')]);
    expect(othersOf(streams)).toEqual(damaged);
  });

  it('stay as they are where a text of theirs has the byte that ends texts', () => {
    const fake = new FakeClass();
    fake.method('a\0b', '()V', fake.code([0xb1]));
    const odd = fake.bytes('a/Odd');
    expect(othersOf(split([caller('a/A'), odd, caller('a/B')]))).toEqual(odd);
  });

  it('say a type of a variable by what stood beside its name before', () => {
    const fake = new FakeClass();
    const variable = (name: string, type: string) => [
      ...u2(0),
      ...u2(1),
      ...u2(fake.text(name)),
      ...u2(fake.text(type)),
      ...u2(0),
    ];
    const variables = [
      variable('a', 'I'),
      variable('b', 'J'),
      variable('a', 'I'),
      variable('a', 'J'),
      variable('a', 'J'),
    ];
    const table = fake.attribute('LocalVariableTable', u2(variables.length), variables.flat());
    fake.method('own', '()V', fake.code([0xb1], [], table));
    const streams = split([fake.bytes('a/A')]);
    const [, , again, other, otherAgain] = streams[kinds.variableTypes] ?? [];
    expect([again, otherAgain]).toEqual([0, 0]);
    expect(other).toBeGreaterThan(0);
  });

  it('stay as they are where a number means a constant of the wrong kind', () => {
    const fake = new FakeClass();
    fake.method('a', '()V', fake.code([0xbb, ...u2(fake.text('no class')), 0x57, 0xb1]));
    const odd = fake.bytes('a/Odd');
    expect(othersOf(split([odd]))).toEqual(odd);
  });

  it('are taken apart beside one that is damaged, which alone stays as it is', () => {
    const [first, last] = [caller('a/First'), caller('a/Last')];
    const damaged = caller('a/Damaged').slice(0, -1);
    expect(othersOf(split([first, damaged, last]))).toEqual(damaged);
  });

  it('come back where attributes are named by the second of two equal texts', () => {
    expect(othersOf(split([twoEqualTexts()]))).toHaveLength(0);
  });

  it('come back whatever was damaged in them', () => {
    const whole = fakeClassOfAllForms();
    fc.assert(
      fc.property(mutations, (changes) => {
        split([changed(whole, changes), whole]);
      }),
      fuzzRuns(150),
    );
  });
});

describe('typed contents', () => {
  const contents = [
    new TextEncoder().encode('a text'),
    caller('a/A'),
    new Uint8Array(),
    new Uint8Array(3000),
    fakeClassOfAllForms(),
  ];

  it.each([64, 1000, 1 << 20])('come back in sections of %i bytes', async (sectionLength) => {
    const typed = await written(contents, { sectionLength });
    expect(await read(typed, sizeOf(contents))).toEqual(whole(contents));
  });

  it('come back where values are mixed, and then are smaller', async () => {
    const callers = Array.from({ length: 150 }, (_, i) => caller(`a/Caller${i}`, i));
    const [mixed, plain] = [await written(callers, { mixesValues: true }), await written(callers)];
    expect(mixed.length).toBeLessThan(plain.length);
    expect(await read(mixed, sizeOf(callers))).toEqual(whole(callers));
  });

  it('are made by the program alone where nothing is mixed', async () => {
    const typed = new ByteReader(bytesOf((await written(contents)).subarray(4)), () => new Error('early'));
    const section = await readPackedSection(typed, sizeOf(contents));
    const noRoom = () => {
      throw new Error('the walk asks for room');
    };
    expect(joinSection(section, new ClassJoiner(), noRoom)).toEqual(whole(contents));
  });

  it('are refused where mixed values have more bytes than is said', async () => {
    let bytes = 0;
    const onMixing = (more: number): void => {
      bytes += more;
    };
    const sectionLength = 1000;
    const typed = await written(contents, { mixesValues: true, sectionLength, onMixing });
    const read = (mixed: number) =>
      collect(readTyped(bytesOf(typed), sizeOf(contents), { mixed }), 1 << 20, 'it');
    expect(await read(bytes)).toEqual(whole(contents));
    await expect(read(bytes - 1)).rejects.toThrow('mixed values have more bytes than they may');
    const plain = await written(contents, { sectionLength });
    expect(await collect(readTyped(bytesOf(plain), sizeOf(contents), { mixed: 0 }), 1 << 20, 'it')).toEqual(
      whole(contents),
    );
  });

  it('of the version before are refused, and the message says so', async () => {
    const old = Uint8Array.from([...Buffer.from('BPT3'), ...(await written(contents)).subarray(4)]);
    await expect(read(old, sizeOf(contents))).rejects.toThrow('typed contents of version 4');
  });

  it('are refused where a stream is mixed that never is', async () => {
    const typed = await written([caller('a/A')]);
    // Behind the magic, the length of the header and the two bytes of each of two lengths: the first of the bits.
    const bad = typed.with(headerStart(typed) + 4, 1 << kinds.others);
    await expect(read(bad, caller('a/A').length)).rejects.toThrow('never is');
  });

  it('keep texts as they are beside one with a byte that no text may have', async () => {
    const fake = new FakeClass();
    fake.text('a text');
    const odd = fake.bytes('a/Odd');
    odd[Buffer.from(odd).indexOf('a text')] = 0xf0;
    const both = [caller('a/A'), odd];
    expect(othersOf(split(both))).toHaveLength(0);
    expect(await read(await written(both), sizeOf(both))).toEqual(whole(both));
  });

  it('are refused where texts as they are have names', async () => {
    const typed = await written([caller('a/A')]);
    const at = headerStart(typed) + 2;
    const [low, high] = typed.subarray(at, at + 2);
    expect(high).toBeLessThan(0x80);
    expect(low).toBeGreaterThan(0x7f);
    const bad = Uint8Array.from(typed);
    bad.set([0x80, 0], at);
    await expect(read(bad, caller('a/A').length)).rejects.toThrow('have names');
  });

  it('of nothing are nothing', async () => {
    expect(await read(await written([]), 0)).toHaveLength(0);
  });

  it('are refused when they are more or fewer bytes than they should be', async () => {
    const typed = await written(contents);
    for (const size of [0, sizeOf(contents) - 1, sizeOf(contents) + 1])
      await expect(read(typed, size)).rejects.toMatchObject({ code: 'DELTA_INVALID' });
  });

  it.each([
    ['packed', false],
    ['mixed', true],
  ])(
    'whose values are %s are refused wherever they end early, and with bytes behind their end',
    async (_, mixesValues) => {
      const typed = await written([caller('a/A')], { mixesValues });
      const size = caller('a/A').length;
      for (let end = 0; end < typed.length; end++)
        await expect(read(typed.subarray(0, end), size)).rejects.toMatchObject({ code: 'DELTA_INVALID' });
      await expect(read(Uint8Array.from([...typed, 0]), size)).rejects.toMatchObject({
        code: 'DELTA_INVALID',
      });
    },
  );

  it.each([
    ['packed', false],
    ['mixed', true],
  ])(
    'whose values are %s are refused, or made of other bytes, where they were damaged',
    async (_, mixesValues) => {
      const typed = await written(contents, { mixesValues });
      await fc.assert(
        fc.asyncProperty(mutations, async (changes) => {
          const made = await read(changed(typed, changes), sizeOf(contents)).catch((error: unknown) => error);
          if (made instanceof Uint8Array) expect(made).toHaveLength(sizeOf(contents));
          else expect(made).toMatchObject({ code: 'DELTA_INVALID' });
        }),
        fuzzRuns(150),
      );
    },
  );

  it('are refused, or made of other bytes, where a stream of theirs was damaged', () => {
    const two = [caller('a/A'), fakeClassOfAllForms()];
    const streams = split(two);
    fc.assert(
      fc.property(fc.nat(streams.length - 1), mutations, (kind, changes) => {
        const bad = streams.map((stream, at) => (at === kind ? changed(stream, changes) : stream));
        expect(refusalOf(() => joinedByBoth(bad, sizeOf(two)))).toMatch(/^(DELTA_INVALID|made)$/);
      }),
      fuzzRuns(400),
    );
  });
});

describe('the page of typed contents', () => {
  const page = readFileSync(new URL('../../../../docs/format/typed-contents.md', import.meta.url), 'utf8');

  it('names all streams in their order', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    const names = rows.flatMap((row) => row.split('|')[1]?.match(/\w+/g) ?? []);
    expect(names).toEqual(typedStreamNames);
    expect(page).toContain(`${sectionStreams}( rawlength )`);
  });

  it('names all attributes in their order', () => {
    expect(page).toContain(attributeNames.map((name) => `\`${name}\``).join(', '));
    expect(page).toContain(`A number below ${attributeNames.length} `);
  });
});

/** Calls methods of another class, some of many, with a table of lines. */
function caller(name: string, seed = 0): Uint8Array {
  const fake = new FakeClass();
  let state = seed;
  for (let i = 0; i < 12; i++) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    const call = fake.member('a/Callee', `method${(state >> 8) % 97}`, '(I)V');
    const lines = fake.attribute('LineNumberTable', u2(2), u2(0), u2(10 + 3 * i), u2(4), u2(11 + 3 * i));
    fake.method(`own${i}`, '()V', fake.code([0x2a, 0xb6, ...u2(call), 0x57, 0xb1], [], lines));
  }
  fake.add(fake.attribute('SourceFile', u2(fake.text('Own.java'))));
  return fake.bytes(name);
}

/** An attribute whose name stands twice among the constants; the second one names it. */
function twoEqualTexts(): Uint8Array {
  const text = (content: string) => [1, ...u2(content.length), ...Buffer.from(content)];
  const constants = [text('a/A'), [7, ...u2(1)], text('Synthetic'), text('Synthetic')].flat();
  const attribute = [...u2(4), ...u4(0)];
  const body = [u2(1), u2(2), u2(0), u2(0), u2(0), u2(0), u2(1), attribute].flat();
  return Uint8Array.from([...u4(0xcafebabe), ...u4(61), ...u2(5), ...constants, ...body]);
}

/** Behind the magic and the length of the header. */
function headerStart(typed: Uint8Array): number {
  return (typed[4] as number) < 0x80 ? 5 : 6;
}

/** What comes back is always the same. */
function split(contents: readonly Uint8Array[]): Uint8Array[] {
  let end = 0;
  const places = contents.map(({ length }) => {
    end += length;
    return { start: end - length, length };
  });
  const streams = splitContents(whole(contents), places, noCoder, new Set());
  expect(joinedByBoth(streams, end)).toEqual(whole(contents));
  return streams;
}

function othersOf(streams: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(streams[kinds.others] ?? []);
}

function written(contents: readonly Uint8Array[], options: WriteTypedOptions = {}): Promise<Uint8Array> {
  return collect(writeTyped(contents.map(randomAccessOf), options), 1 << 24, 'typed contents');
}

function read(typed: Uint8Array, size: number): Promise<Uint8Array> {
  return collect(readTyped(bytesOf(typed), size), 1 << 24, 'contents');
}

function sizeOf(contents: readonly Uint8Array[]): number {
  return contents.reduce((sum, { length }) => sum + length, 0);
}

function whole(contents: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(contents));
}

const mutations = fc.array(
  fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), value: fc.nat({ max: 255 }), cut: fc.nat(1) }),
  { minLength: 1, maxLength: 3 },
);

function changed(
  bytes: Uint8Array,
  changes: readonly { readonly at: number; readonly value: number; readonly cut: number }[],
): Uint8Array {
  const made = Array.from(bytes);
  for (const { at, value, cut } of changes) made.splice(Math.floor(at * made.length), cut, value);
  return Uint8Array.from(made);
}
