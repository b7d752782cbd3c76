import { type BlockPackError, bytesOf, collect, randomAccessOf } from '@block-pack/core';
import { FakeClass, fakeClassOfAllForms, fuzzRuns } from '@block-pack/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyDifference } from '../difference/apply-difference.ts';
import { FilledWindow } from '../difference/filled-window.ts';
import type { Transform } from '../difference/section.ts';
import { type DifferenceContent, writeDifference } from '../difference/write-difference.ts';
import { refusalOf } from '../refusal-fixture.ts';
import { amongOthers, joinClasses } from './join-classes.ts';
import { takeApartClasses } from './take-apart-classes.ts';
import { PlainClassSource, type UnitStreams } from './unit-streams.ts';

describe('a class file that is said by its units', () => {
  it('comes back with every attribute and instruction that there is', () => {
    expect(apart(fakeClassOfAllForms(), fakeClassOfAllForms('changed')).length).toBe(0);
    expect(apart(undefined, fakeClassOfAllForms()).length).toBe(0);
  });

  it('says of methods that stayed that they did', () => {
    const { streams } = takenApart(classOf(1), classOf(2));
    expect([...streams.units].filter((flag) => flag === 0).length).toBeGreaterThan(20);
    expect(streams.unitValues.length).toBeLessThan(260);
  });

  it('is compared with the class file before it that has most of its texts', () => {
    const news = [classOf(1), classOf(2)];
    const alone = takenApart(undefined, ...news.slice(0, 1));
    const both = takenApart(undefined, ...news);
    expect(both.streams.unitTexts.length - alone.streams.unitTexts.length).toBeLessThan(40);
  });

  it('stays among the other bytes where it is none', () => {
    const text = new TextEncoder().encode('no class file at all');
    const cut = classOf(1).subarray(0, -1);
    expect(apart(classOf(1), text)).toEqual(text);
    expect(apart(classOf(1), cut)).toEqual(cut);
  });

  it('stays among the other bytes where a text has a byte that ends it', () => {
    const fake = new FakeClass();
    fake.string('a text that\0goes on');
    const odd = fake.bytes('a/Odd');
    expect(apart(classOf(1), odd)).toEqual(odd);
  });

  it('is part of a change where that is smaller, whatever stands beside it', async () => {
    const [text, otherText] = ['a text', 'another text'].map((one) => new TextEncoder().encode(one));
    const bases = [classOf(1), text ?? new Uint8Array()];
    const news = [
      { content: classOf(20), base: 0 },
      { content: otherText ?? new Uint8Array(), base: 1 },
      { content: classOf(40) },
      { content: classOf(70) },
    ];
    const { difference, transforms } = await written(bases, news);
    expect(transforms).toEqual(['units']);
    expect(await applied(bases, difference, news)).toEqual(whole(news.map(({ content }) => content)));
  });

  it('is not said so where its values may not be mixed', async () => {
    const { transforms } = await written([classOf(1)], [{ content: classOf(3), base: 0 }], 0);
    expect(transforms).not.toContain('units');
  });

  it('is refused where class files are changes of more than the section has', () => {
    const [base, one] = [classOf(1), emptyClass()];
    const { streams } = takenApart(undefined, one);
    const repeated = {
      ...streams,
      unitClasses: whole(Array.from({ length: 99 }, () => streams.unitClasses)),
    };
    const ofBase = { ...repeated, unitClasses: new Uint8Array([0, 0, 0, 0, 0]) };
    expect(refusalOf(() => join(base, ofBase, one.length))).toBe('DELTA_INVALID');
    const many = takenApart(base, ...Array.from({ length: 12 }, (_, at) => classOf(at)));
    expect(refusalOf(() => join(base, many.streams, 12 * one.length))).toBe('DELTA_INVALID');
  });

  it('comes back or stays as it is, however it was damaged', () => {
    const [older, newer] = [fakeClassOfAllForms(), fakeClassOfAllForms('changed')];
    fc.assert(
      fc.property(mutations, mutations, (before, after) => {
        apart(changed(older, before), changed(newer, after));
        apart(undefined, changed(newer, after));
      }),
      fuzzRuns(60),
    );
  });

  it('is refused, or made of other bytes, where what is said of it was damaged', () => {
    const base = fakeClassOfAllForms();
    const news = [fakeClassOfAllForms('changed'), fakeClassOfAllForms('another')];
    const { streams } = takenApart(base, ...news);
    const names = Object.keys(streams) as (keyof UnitStreams)[];
    const length = whole(news).length;
    fc.assert(
      fc.property(fc.constantFrom(...names), mutations, (name, changes) => {
        const bad = { ...streams, [name]: changed(streams[name], changes) };
        expect(refusalOf(() => join(base, bad, length))).toMatch(/^(DELTA_INVALID|made)$/);
      }),
      fuzzRuns(1_000),
    );
  });

  it('makes a change that is refused, or makes other bytes, wherever it is damaged', async () => {
    const bases = [classOf(1)];
    const news = [{ content: classOf(3), base: 0 }, { content: classOf(9) }];
    const { difference } = await written(bases, news);
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), async (place, change) => {
        const bad = difference.slice();
        bad[place % bad.length] = (bad[place % bad.length] as number) ^ change;
        const made = await applied(bases, bad, news).catch((error: BlockPackError) => error);
        if (!(made instanceof Uint8Array)) expect(made).toMatchObject({ code: 'DELTA_INVALID' });
      }),
      fuzzRuns(60),
    );
  });
});

/** Takes class files apart; they are made again to the byte. */
function takenApart(base: Uint8Array | undefined, ...news: readonly Uint8Array[]) {
  const bases = base === undefined ? [] : [{ start: 0, length: base.length }];
  const baseLength = base?.length ?? 0;
  let at = baseLength;
  const places = news.map(({ length }) => {
    at += length;
    return { start: at - length, length };
  });
  const pairs =
    base === undefined
      ? []
      : places.slice(0, 1).map(({ start, length }) => ({
          source: 0,
          sourceLength: base.length,
          target: start,
          length,
        }));
  const bytes = whole(base === undefined ? news : [base, ...news]);
  const taken = takeApartClasses({ bytes, baseLength }, { bases, news: places, pairs }, bytes.length * 2);
  if (taken === undefined) throw new Error('no class file');
  const others = taken.window.bytes.subarray(baseLength);
  const made = join(base ?? new Uint8Array(), taken.streams, bytes.length - baseLength);
  const window = new FilledWindow({ bytes: others, baseLength: 0 }, [others.length]);
  expect(whole([...amongOthers(made, window)])).toEqual(whole(news));
  return { ...taken, others };
}

/** What stays of a class file among the other bytes. */
function apart(base: Uint8Array | undefined, now: Uint8Array): Uint8Array {
  // One that is always taken, so that there is something to take.
  return takenApart(base, now, emptyClass()).others;
}

function join(base: Uint8Array, streams: UnitStreams, length: number) {
  return joinClasses(base, length, new PlainClassSource(streams));
}

function emptyClass(): Uint8Array {
  return new FakeClass().bytes('a/Empty');
}

/** A class file with thirty methods, of which the next one has twenty-nine. */
function classOf(first: number): Uint8Array {
  const fake = new FakeClass();
  for (let at = first; at < first + 30; at++) {
    const text = fake.string(`a text ${(at * at * 7919) % 1009} of many`);
    const pushed = (i: number) => [0x13, text >> 8, text & 0xff, 0x57, 0x03 + ((at * at + i) % 6), 0x57];
    const code = [...Array.from({ length: 1 + ((at * 31) % 7) }, (_, i) => pushed(i)).flat(), 0xb1];
    const body = [0, 1, 0, 1, 0, 0, 0, code.length, ...code, 0, 0, 0, 0];
    fake.method(`method${(at * 97) % 1013}`, at % 3 === 0 ? '(I)V' : '()V', fake.attribute('Code', body));
  }
  return fake.bytes('a/Texts');
}

const mutations = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 });

function changed(bytes: Uint8Array, changes: readonly (readonly [number, number])[]): Uint8Array {
  const other = bytes.slice();
  if (other.length > 0) for (const [at, value] of changes) other[at % other.length] = value;
  return other;
}

interface NewContent {
  readonly content: Uint8Array;
  readonly base?: number;
}

async function written(bases: readonly Uint8Array[], news: readonly NewContent[], mostMixed = 1 << 20) {
  const transforms: Transform[] = [];
  const contents = news.map(
    ({ content, base }): DifferenceContent => ({
      content: randomAccessOf(content),
      ...(base !== undefined && { base }),
    }),
  );
  const options = { mostMixed, onTransform: (one: Transform) => transforms.push(one) };
  const bytes = writeDifference(bases.map(randomAccessOf), contents, options);
  return { difference: await collect(bytes, 1 << 20, 'the difference'), transforms };
}

function applied(bases: readonly Uint8Array[], difference: Uint8Array, news: readonly NewContent[]) {
  const size = news.reduce((sum, { content }) => sum + content.length, 0);
  return collect(applyDifference(bases.map(randomAccessOf), bytesOf(difference), size), size, 'it');
}

function whole(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
