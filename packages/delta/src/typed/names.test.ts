import { fuzzRuns } from '@block-pack/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../refusal-fixture.ts';
import { mostNames, nameCodes, type ShortTexts } from './name-codes.ts';
import { shortenNames } from './shorten-names.ts';
import { spellNames } from './spell-names.ts';

describe('names of classes in texts', () => {
  it('are said by codes where they were spelt before', () => {
    const short = shortenNames(
      textsOf([
        'org/a/First',
        '(Lorg/a/First;Lorg/a/Second$In;I)V',
        '<T:Lorg/b/List<Lorg/a/First;>;>Lorg/b/List<TT;>;',
        '[Lorg/b/List;',
        'Second.java',
        'org/a/Second$In',
        'word',
      ]),
    );
    expect(textsIn(short?.texts)).toEqual([
      '{new}org/a/First',
      '({type}{new L}{package}Second$In;I)V',
      '<T:{new L}org/b/List<{type}>;>{L}<TT;>;',
      '[{type}',
      '{simple}.java',
      '{name}',
      'word',
    ]);
    expect(short?.names).toEqual(Uint8Array.of(0, 2, 1, 0, 2));
    expect(short?.packages).toEqual(Uint8Array.of(0));
    expect(short?.simpleNames).toEqual(Uint8Array.of(2));
  });

  it('are found again behind hundreds of others', () => {
    const names = Array.from({ length: 400 }, (_, i) => `a/Class${i}`);
    const short = comeBack(textsOf([...names, 'a/Class3', 'La/Class3;', 'a/Class399']));
    expect(short.names).toEqual(Uint8Array.of(255, 0, 1));
    expect(short.farNames).toEqual(Uint8Array.of((396 & 127) + 128, 396 >> 7));
  });

  it('are spelt where there are more than a reader knows', () => {
    const names = Array.from({ length: mostNames + 2 }, (_, i) => `a/${i}`);
    const short = comeBack(textsOf([...names, ...names.slice(-3), `L${names.at(-1)};`]));
    expect(textsIn(short.texts).slice(-4)).toEqual(['{name}', 'a/262144', 'a/262145', 'La/262145;']);
    const oneMore = Uint8Array.from([...short.texts, nameCodes.newName, 0]);
    expect(() => spellNames({ ...short, texts: oneMore }, 1e7)).toThrow('more than 262144 names');
  });

  it.each([
    ['that only look like types', ['LOCK;', '<p>', '(L;)', 'L/;', 'T', '[', '<L', 'Lx', 'L<L<L;']],
    ['of more than ASCII', ['a/Ünlaut', 'La/Ünlaut;', 'Ünlaut.java']],
    ['without names', ['', '', '()V', 'a.b', '.', '/', '/a', 'a/', '$', 'a/$', '$.java']],
    ['of which there are none', []],
  ])('come back from texts %s', (_, texts) => {
    comeBack(textsOf(texts));
  });

  it('come back from whatever texts there are', () => {
    const name = fc.constantFrom('a/B', 'a/b/C', 'a/b/C$D', 'a/E', '$', 'F', 'G$H$I', 'a/$J');
    const piece = fc.oneof(
      name,
      name.map((one) => `L${one};`),
      name.map((one) => `${one.replace(/^.*\//, '').replace(/\$.*/, '')}.java`),
      fc.constantFrom('(', ')', '[', '<', '>', ';', 'L', 'T', 'I', '.', '/', ' ', '\x01'),
    );
    const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.array(text), (texts) => void comeBack(textsOf(texts))),
      fuzzRuns(300),
    );
  });

  it('stay as they are beside a text with a byte that is a code, which no class file has', () => {
    expect(shortenNames(Uint8Array.of(0x61, nameCodes.type, 0))).toBeUndefined();
  });

  it.each<[string, Partial<ShortTexts>, number]>([
    ['more bytes than are said', { texts: short(nameCodes.newName, 'ab', 0, nameCodes.name, 0) }, 5],
    ['fewer bytes than are said', { texts: short(nameCodes.newName, 'ab', 0, nameCodes.name, 0) }, 7],
    ['a code that is none', { texts: short('a', 0xf7, 0) }, 3],
    [
      'a rank that no name has',
      { texts: short(nameCodes.newName, 'ab', 0, nameCodes.name, 0), names: Uint8Array.of(1) },
      6,
    ],
    [
      'the package of a name that is not there',
      { texts: short(nameCodes.package, 0), packages: Uint8Array.of(0) },
      1,
    ],
    [
      'a far name that is not there',
      {
        texts: short(nameCodes.newName, 'ab', 0, nameCodes.name, 0),
        names: Uint8Array.of(255),
        farNames: Uint8Array.of(1),
      },
      6,
    ],
    [
      'fewer names than codes',
      { texts: short(nameCodes.newName, 'ab', 0, nameCodes.name, 0), names: new Uint8Array() },
      6,
    ],
    [
      'more names than codes',
      { texts: short(nameCodes.newName, 'ab', 0, nameCodes.name, 0), names: Uint8Array.of(0, 0) },
      6,
    ],
    [
      'names that grow beyond what is said',
      {
        texts: short(nameCodes.newName, 'a'.repeat(50), 0, ...Array(1000).fill(nameCodes.name)),
        names: new Uint8Array(1000),
      },
      100,
    ],
  ])('are refused with %s', (_, changed, length) => {
    const names = {
      names: Uint8Array.of(0),
      farNames: new Uint8Array(),
      packages: new Uint8Array(),
      simpleNames: new Uint8Array(),
    };
    expect(() => spellNames({ texts: new Uint8Array(), ...names, ...changed }, length)).toThrow(
      expect.objectContaining({ code: 'DELTA_INVALID' }),
    );
  });

  it('make nothing but texts of the length that is said, or an error, whatever was damaged', () => {
    const texts = textsOf(['a/B', '(La/B;La/C;)La/B<TT;>;', 'a/C', 'B.java', 'La/D;', 'a/D']);
    const whole = comeBack(texts);
    const streams = Object.keys(whole) as (keyof ShortTexts)[];
    fc.assert(
      fc.property(fc.constantFrom(...streams), fc.nat(), fc.nat(255), (stream, place, byte) => {
        const at = place % Math.max(1, whole[stream].length);
        const bad = {
          ...whole,
          [stream]: Uint8Array.from(whole[stream], (old, i) => (i === at ? byte : old)),
        };
        const outcome = refusalOf(() => expect(spellNames(bad, texts.length)).toHaveLength(texts.length));
        expect(outcome).toMatch(/^(DELTA_INVALID|made)$/);
      }),
      fuzzRuns(300),
    );
  });
});

/** @returns the short ones */
function comeBack(texts: Uint8Array): ShortTexts {
  const short = shortenNames(texts);
  if (short === undefined) throw new Error('texts have a code');
  expect(Buffer.compare(spellNames(short, texts.length), texts)).toBe(0);
  return short;
}

function textsOf(texts: readonly string[]): Uint8Array {
  return Uint8Array.from(Buffer.from(texts.map((text) => `${text}\0`).join('')));
}

function short(...parts: readonly (string | number)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part)] : part)));
}

const shown = new Map<number, string>([
  [nameCodes.type, '{type}'],
  [nameCodes.openType, '{L}'],
  [nameCodes.name, '{name}'],
  [nameCodes.newType, '{new L}'],
  [nameCodes.newName, '{new}'],
  [nameCodes.package, '{package}'],
  [nameCodes.simpleName, '{simple}'],
]);

function textsIn(bytes: Uint8Array | undefined): string[] {
  const characters = Array.from(bytes ?? [], (byte) => shown.get(byte) ?? String.fromCharCode(byte));
  return characters.join('').split('\0').slice(0, -1);
}
