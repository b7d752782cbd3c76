import { fakeClassOfAllForms } from '@block-pack/core/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hashed } from '../mixing/hashed.ts';
import { VarintReader } from '../varint.ts';
import { RankedConstants } from './ranked-constants.ts';
import { splitContents } from './split-contents.ts';
import { packTextNumbers } from './text-numbers.ts';
import { manyTexts, textStreams, textUses } from './text-streams-fixture.ts';
import { TextUses } from './text-uses.ts';
import { kinds, partKinds } from './typed-streams.ts';
import { noCoder } from './value-coder.ts';

it('the program makes the bytes that docs/format/typed-contents.md says', () => {
  const text = fc.record({ text: fc.nat(30), use: fc.constantFrom(...textUses) });
  fc.assert(
    fc.property(fc.array(fc.array(text, { maxLength: 80 }), { minLength: 8, maxLength: 12 }), (classes) => {
      expectSame(textStreams([...classes, ...classes, ...classes.toReversed(), ...classes]));
    }),
    { numRuns: 20 },
  );
});

it('also of thousands of texts', () => {
  const streams = textStreams(manyTexts(150));
  expect(packTextNumbers(streams)).toBeDefined();
  expectSame(streams);
});

it('also of class files', () => {
  const classes = [1, 2, 3, 4, 5, 6, 7, 8].map((i) => fakeClassOfAllForms(`of${i % 5}`));
  let end = 0;
  const places = classes.map(({ length }) => {
    end += length;
    return { start: end - length, length };
  });
  expectSame(splitContents(new Uint8Array(Buffer.concat(classes)), places, noCoder, new Set()));
});

function expectSame(streams: readonly Uint8Array[]): void {
  const packed = new Oracle().packed(toldBy(streams), streams);
  const most = (streams[kinds.textChoices]?.length ?? 0) + (streams[kinds.knownTexts]?.length ?? 0);
  expect(packTextNumbers(streams)?.toString()).toBe(packed.length > most ? undefined : packed.toString());
}

/** What the texts of class files are used for, in their order. */
function toldBy(streams: readonly Uint8Array[]): number[] {
  const readers = streams.map((stream) => new VarintReader(stream, 'a stream', (flaw) => new Error(flaw)));
  const [ranks, uses] = [new RankedConstants(), new TextUses()];
  const told: number[] = [];
  while (readers[kinds.constantCounts]?.atEnd === false) {
    const tags = new Uint8Array(readers[kinds.constantCounts]?.next() ?? 0);
    for (let index = 1; index < tags.length; index++) {
      const tag = readers[kinds.constantTags]?.nextByte() ?? 0;
      tags[index] = tag;
      if (tag === 5 || tag === 6) index++;
    }
    ranks.open(tags);
    uses.begin(tags.length);
    for (const tag of tags)
      for (const kind of [7, 8, 12, 16, 19, 20].includes(tag) ? (partKinds[tag] ?? []) : [])
        uses.note(kind, ranks.read(kind, readers[kind]?.next() ?? 0));
    for (const [index, tag] of tags.entries()) if (tag === 1) told.push(uses.of(index));
  }
  return told;
}

/** The general one, and the special one. */
type Contexts = readonly [number, number];

interface Slot {
  readonly owner: number;
  readonly below: number[];
  seen: number;
}

interface Known {
  readonly followers: number[];
  readonly ofUse: number[];
  trust: number;
}

/** The page, word for word, without a thought of time. */
class Oracle {
  #low = 0n;
  #shifts = 0;
  #range = 2 ** 32 - 1;
  readonly #slots = new Map<string, Slot>();
  readonly #weights = new Map<string, number>();
  readonly #texts = new Map<number, Known>();
  readonly #pairs = new Map<number, number>();
  readonly #lastOfUse = new Map<number, number>();

  packed(uses: readonly number[], streams: readonly Uint8Array[]): Uint8Array {
    const choices = streams[kinds.textChoices] ?? [];
    const numbers = new VarintReader(
      streams[kinds.knownTexts] as Uint8Array,
      'it',
      (flaw) => new Error(flaw),
    );
    let [known, last, lastButOne, useBefore, run] = [0, 0, 0, 0, 0];
    for (const [at, use] of uses.entries()) {
      const before = this.#lastOfUse.get(use) ?? 0;
      const expected = this.#known(last).followers[0] ?? 0;
      const place = hashed(hashed(last, lastButOne), 99) >>> 16;
      const pair = this.#pairs.get(place) ?? 0;
      const ofUse = this.#known(before).ofUse;
      const tells = (text: number) => (text === 0 ? 0 : text === expected ? 1 : 2);
      const signs = 3 * tells(ofUse[0] ?? 0) + tells(pair);
      const runs = run < 4 ? run : run < 8 ? 4 : run < 16 ? 5 : 6;
      const doubt = 2 * this.#known(last).trust + (expected > 0 ? 1 : 0);
      const likely = [
        pair,
        ofUse[0],
        ofUse[1],
        this.#known(last).followers[1],
        this.#known(last).followers[2],
      ];
      const choice = choices[at] as number;
      const said = choice === 2 ? numbers.next() + 1 : 0;
      const found = choice === 2 ? likely.indexOf(said) : -1;
      this.#code(
        'choices',
        14,
        0,
        0,
        found < 0 ? choice : 3 + found,
        [hashed((doubt * 9 + signs) * 65536 + 256 * runs + use, 1), hashed(hashed(last, use), signs)],
        true,
      );
      if (choice === 2 && found < 0)
        this.#codeNumber(said - 1, [hashed(use, 5), hashed(256 * use + useBefore, 6)]);
      if (expected > 0) {
        const { trust } = this.#known(last);
        this.#known(last).trust = choice === 1 ? Math.min(trust + 1, 15) : trust >> 1;
      }
      run = choice === 1 ? run + 1 : 0;
      const text = choice === 0 ? ++known : choice === 1 ? expected : said;
      toFront(this.#known(last).followers, text, 3);
      toFront(this.#known(before).ofUse, text, 2);
      this.#pairs.set(place, text);
      this.#lastOfUse.set(use, text);
      [lastButOne, last, useBefore] = [last, text, use];
    }
    return this.#end();
  }

  #known(text: number): Known {
    const known = this.#texts.get(text) ?? { followers: [], ofUse: [], trust: 0 };
    this.#texts.set(text, known);
    return known;
  }

  #codeNumber(number: number, contexts: Contexts): void {
    let isKnown = true;
    const code = (role: number, begun: number, symbol: number) => {
      isKnown = this.#code('numbers', 15, role, begun, symbol, contexts, isKnown);
    };
    const bits = Math.max(32 - Math.clz32(number), 5);
    code(1, 0, bits - 5);
    let role = 2;
    for (let left = bits > 5 ? bits - 1 : bits; left > 0; role++) {
      const some = Math.min(left, 4);
      const begun = number >> left;
      left -= some;
      code(role, (begun << 6) ^ (bits << 1) ^ 0x40000000, (number >> left) & (2 ** some - 1));
    }
  }

  /** Whether the second slot was known. */
  #code(
    table: string,
    slotBits: number,
    role: number,
    begun: number,
    symbol: number,
    [first, second]: Contexts,
    asksSecond: boolean,
  ): boolean {
    const slotOf = (place: number, context: number, below: readonly number[]): Slot => {
      const own = hashed(context, begun) >>> 0;
      const name = `${table} ${place} ${own >>> (32 - slotBits)}`;
      const owner = own & 2047;
      const slot = this.#slots.get(name);
      const made = slot?.owner === owner ? slot : { owner, below: [...below], seen: 0 };
      this.#slots.set(name, made);
      return made;
    };
    const one = slotOf(
      0,
      first,
      sixteen.map((other) => 2048 * other),
    );
    const other = asksSecond ? slotOf(1, second, one.below) : { ...one, seen: 0 };
    const isKnown = other.seen > 0;
    const set = `${role} ${worth(one)} ${worth(other)}`;
    const weight = this.#weights.get(set) ?? 16_352;
    const all = sixteen.map((at) => 2 * at + part(one, at, weight) + part(other, at, 32_704 - weight));
    const frequency = this.#codeSymbol(symbol, [...all, 2 ** 15]);
    if (asksSecond) {
      this.#weights.set(set, learned(weight, one, symbol, frequency));
      learn(other, symbol);
    }
    learn(one, symbol);
    return isKnown;
  }

  #codeSymbol(symbol: number, below: readonly number[]): number {
    const unit = this.#range >>> 15;
    const [from, to] = [below[symbol] as number, below[symbol + 1] as number];
    this.#low += BigInt(from * unit);
    this.#range = (symbol === 15 ? this.#range : to * unit) - from * unit;
    for (; this.#range < 2 ** 24; this.#shifts++) {
      this.#range *= 256;
      this.#low <<= 8n;
    }
    return to - from;
  }

  #end(): Uint8Array {
    const digits = this.#low.toString(16).padStart(2 * (this.#shifts + 4), '0');
    return new Uint8Array(Buffer.from(digits, 'hex'));
  }
}

const sixteen = Array.from({ length: 16 }, (_, symbol) => symbol);

function toFront(list: number[], text: number, most: number): void {
  const at = list.indexOf(text);
  if (at >= 0) list.splice(at, 1);
  list.unshift(text);
  list.splice(most);
}

function worth({ seen }: Slot): number {
  return seen === 0 ? 0 : seen < 3 ? 1 : seen < 8 ? 2 : 3;
}

function part({ below }: Slot, symbol: number, weight: number): number {
  return ((below[symbol] as number) * weight + 2 ** 14) >> 15;
}

function learned(weight: number, { below }: Slot, symbol: number, frequency: number): number {
  const own = (symbol === 15 ? 2 ** 15 - 1 : (below[symbol + 1] as number)) - (below[symbol] as number);
  const better = Math.floor((own * Math.floor(2 ** 24 / frequency)) / 2 ** 9) - 2 ** 15;
  return Math.max(256, Math.min(weight + Math.floor((weight * better) / 2 ** 20), 32_704 - 256));
}

function learn(slot: Slot, symbol: number): void {
  const { seen, below } = slot;
  const rate = seen === 0 ? 1 : seen < 3 ? 2 : seen < 7 ? 3 : seen < 21 ? 4 : 5;
  for (const other of sixteen.slice(1)) {
    const goal = other <= symbol ? other : 2 ** 15 - 17 + other;
    below[other] = (below[other] as number) + ((goal - (below[other] as number)) >> rate);
  }
  slot.seen = Math.min(seen + 1, 31);
}
