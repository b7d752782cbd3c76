import { fakeClassOfAllForms } from '@block-pack/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitContents } from '../class/split-contents.ts';
import { kinds, typedStreamNames } from '../class/typed-streams.ts';
import { mixableKinds } from '../class/typed-values.ts';
import { hashed } from './hashed.ts';
import { learn, PlainMixing, product, stretch, trustOf } from './plain-mixing-fixture.ts';
import { mixed, type Told, written } from './told-values-fixture.ts';

describe('the program makes the bytes that docs/format/typed-contents.md says', () => {
  it('of whatever values come, and come again', () => {
    fc.assert(
      fc.property(fc.array(anyValue, { minLength: 1, maxLength: 60 }), fc.nat(60), (told, from) => {
        expectSame([...told, ...told, mixed(3, 7), ...told.slice(from), ...told]);
      }),
      { numRuns: 25 },
    );
  });

  it('of few values of few kinds, so that much is expected, and often wrongly', () => {
    const few = fc.record({
      kind: fc.constantFrom(kinds.textChoices, kinds.knownTexts, kinds.flags),
      value: fc.constantFrom(0, 1, 2, 300),
      by: fc.constantFrom('code' as const, 'code' as const, 'pass' as const, 'lead' as const),
    });
    fc.assert(
      fc.property(fc.array(few, { minLength: 1, maxLength: 400 }), (told) => expectSame(told)),
      { numRuns: 25 },
    );
  });

  it('of values that come hundreds of times', () => {
    expectSame(Array.from({ length: 1_200 }, (_, i) => mixed(kinds.flags, ((i * i) >> 4) & 1)));
  });

  it('of four values that come again behind another one', () => {
    const before = mixed(kinds.flags, 100);
    // Of the fifth word back, only eight bits are left.
    const alike = Array.from({ length: 5_000 }, (_, i) => mixed(kinds.flags, 101 + i)).find(
      (told) => ((hashedWord(told) ^ hashedWord(before)) & 0xff) === 0,
    );
    if (alike === undefined) throw new Error('no word is alike');
    const four = [7, 8, 9, 10].map((value) => mixed(kinds.stacks, value));
    const next = mixed(kinds.stacks, 11);
    expectSame([before, before, ...four, next, before, alike, ...four, next]);
  });

  it('of the values of class files', () => {
    const told = valuesOf(
      fakeClassOfAllForms(),
      fakeClassOfAllForms('changed'),
      fakeClassOfAllForms('other'),
    );
    expect(told.filter(({ by }) => by === 'code').length).toBeGreaterThan(1_500);
    expectSame(told);
  });

  it('of values that come again just before they are forgotten, and just behind', () => {
    const some = Array.from({ length: 12 }, (_, i) => mixed(i % 5, 1000 + 37 * i));
    const other: Told = { kind: 70, value: 1, by: 'pass' };
    for (const way of [remembered - 9, remembered - 8])
      expectSame([...some, ...new Array<Told>(way - some.length).fill(other), ...some]);
  });
});

/** What leads is an opcode or the use of a text: a byte. */
const anyValue: fc.Arbitrary<Told> = fc
  .record({
    kind: fc.nat(typedStreamNames.length - 1),
    value: fc.oneof(fc.nat(3), fc.nat(0xffff), fc.nat(0xffffffff)),
    by: fc.constantFrom('code', 'pass', 'lead'),
  })
  .map((told) => (told.by === 'lead' ? { ...told, value: told.value & 0xff } : told));

function hashedWord({ kind, value }: Told): number {
  return hashed(kind * 2 ** 25 + value, 1);
}

function expectSame(told: readonly Told[]): void {
  expect(Buffer.from(written(told))).toEqual(Buffer.from(new Oracle().packed(told)));
}

/** What a writer of typed contents tells of class files where all is mixed that may be. */
function valuesOf(...classes: readonly Uint8Array[]): Told[] {
  const told: Told[] = [];
  const tell = (by: Told['by']) => (kind: number, value: number) => {
    told.push({ kind, value, by });
    return value;
  };
  let end = 0;
  const places = classes.map(({ length }) => {
    end += length;
    return { start: end - length, length };
  });
  const coder = { code: tell('code'), pass: tell('pass'), lead: tell('lead') };
  splitContents(new Uint8Array(Buffer.concat(classes)), places, coder, mixableKinds);
  return told;
}

const remembered = 2 ** 20;

interface Likelihood {
  /** Less a half, in 2^22ths. */
  value: number;
  seen: number;
}

interface Slot {
  readonly owner: number;
  readonly nodes: Map<number, Likelihood>;
}

/** The page, word for word, without a thought of time. */
class Oracle {
  readonly #mixing = new PlainMixing();
  readonly #slots = new Map<string, Slot>();
  readonly #words: number[] = [];
  /** By H >>> 14: how many words there were, and the low bits of H. */
  readonly #places = new Map<number, { readonly place: number; readonly check: number }>();
  readonly #last = new Map<number, number>();
  #l = 0;
  #leads = 0;
  #expectedAt: number | undefined;
  #run = 0;

  packed(told: readonly Told[]): Uint8Array {
    for (const { kind, value, by } of told) {
      if (by === 'code') this.#codeValue(kind, value);
      if (by === 'lead') this.#leads = (256 * this.#leads + value) & 0xffff;
      this.#pass(kind, value);
    }
    return this.#mixing.end();
  }

  #pass(kind: number, value: number): void {
    const word = kind * 2 ** 25 + (value & (2 ** 25 - 1));
    const isExpected = this.#expectedAt !== undefined && this.#words[this.#expectedAt] === word;
    this.#words.push(word);
    this.#last.set(kind, value);
    this.#l = ((Math.imul(this.#l, 0x2c1b3c6d) << 6) + hashed(word, 1)) | 0;
    const h = hashed(this.#l, 2);
    const count = this.#words.length;
    const known = this.#places.get(h >>> 14);
    this.#places.set(h >>> 14, { place: count, check: h & 0xff });
    if (isExpected && this.#expectedAt !== undefined) {
      this.#expectedAt++;
      this.#run++;
      return;
    }
    this.#run = 0;
    this.#expectedAt = undefined;
    if (known === undefined || known.check !== (h & 0xff) || count - known.place > remembered - 9) return;
    const { place } = known;
    while (this.#run < 8 && this.#run < place && this.#isSame(place - 1 - this.#run, count - 1 - this.#run))
      this.#run++;
    if (this.#run >= 4) this.#expectedAt = place;
  }

  #isSame(one: number, other: number): boolean {
    return this.#words[one] === this.#words[other];
  }

  #codeValue(kind: number, value: number): void {
    const contexts = this.#contextsOf(kind);
    const expected = this.#expectedOf(kind);
    const [bits, likely] = [binary(value), expected === undefined ? undefined : binary(expected)];
    const n = bits.length;
    for (let i = 0; i <= Math.min(n, 31); i++) {
      const bit = i < n ? 1 : 0;
      const likelyBit = likely === undefined || i > likely.length ? undefined : Number(i < likely.length);
      const slots = this.#slotsOf(contexts, i - (i % 7));
      this.#codeBit(bit, likelyBit, slots, 1 + (i % 7), kind, Math.min(i, 31));
    }
    let slots: Slot[] = [];
    for (let i = 1, node = 1; i < n; i++) {
      const before = bits.slice(0, i);
      if ((i - 1) % 3 === 0) {
        slots = this.#slotsOf(contexts, ((Number.parseInt(before, 2) << 5) ^ (n << 26) ^ 0x15) >>> 0);
        node = 1;
      }
      const isLikely = likely?.length === n && likely.startsWith(before);
      const role = 32 + Math.min(n, 15) + (i === 1 ? 0 : 16);
      this.#codeBit(Number(bits[i]), isLikely ? Number(likely[i]) : undefined, slots, node, kind, role);
      node = 2 * node + Number(bits[i]);
    }
  }

  #contextsOf(k: number): number[] {
    const [w1, w2] = [this.#words.at(-1) ?? 0, this.#words.at(-2) ?? 0];
    const v = this.#last.get(k) ?? 0;
    const isText = k === kinds.textChoices || k === kinds.knownTexts;
    return [
      hashed(w1, k),
      hashed(v, k + 256),
      hashed(hashed(w1, k), w2),
      hashed(hashed(this.#leads, k + 512), isText ? v : 0),
    ];
  }

  #expectedOf(kind: number): number | undefined {
    const word = this.#expectedAt === undefined ? undefined : this.#words[this.#expectedAt];
    return word !== undefined && Math.floor(word / 2 ** 25) === kind ? word % 2 ** 25 : undefined;
  }

  #slotsOf(contexts: readonly number[], s: number): Slot[] {
    return contexts.map((c, i) => {
      const x = hashed(c, s) >>> 0;
      const [key, owner] = [`${i} ${x >>> 18}`, (x | 1) >>> 0];
      const known = this.#slots.get(key);
      if (known?.owner === owner) return known;
      const slot = { owner, nodes: new Map<number, Likelihood>() };
      this.#slots.set(key, slot);
      return slot;
    });
  }

  #codeBit(
    bit: number,
    likely: number | undefined,
    slots: readonly Slot[],
    node: number,
    kind: number,
    role: number,
  ): void {
    const likelihoods = slots.map(({ nodes }) => {
      const known = nodes.get(node) ?? { value: 0, seen: 0 };
      nodes.set(node, known);
      return known;
    });
    const hit = stretch(this.#mixing.hit(kind, this.#run));
    const inputs = [
      ...likelihoods.map(({ value, seen }) => (stretch((value + 2 ** 21) >> 6) * trustAfter(seen)) >> 8),
      likely === undefined ? 0 : likely === 1 ? hit : -hit,
      256,
    ];
    const trust = trustOf(likely !== undefined, this.#run);
    const weights = this.#mixing.weightsOf(`${kind} ${role} ${trust}`, inputs.length, 32_000);
    const x = product(inputs, weights);
    this.#mixing.writeRefined(bit, `${kind} ${role}`, x);
    learn(weights, inputs, bit, x, 14);
    for (const likelihood of likelihoods) {
      const goal = bit === 1 ? 2 ** 21 - 1 : -(2 ** 21);
      const rate = Math.floor(327_680 / (10 * likelihood.seen + 16));
      likelihood.value += (((goal - likelihood.value) >> 6) * rate) >> 9;
      likelihood.seen = Math.min(likelihood.seen + 1, 255);
    }
    if (likely !== undefined) this.#mixing.learnHit(kind, this.#run, bit === likely);
  }
}

/** From the highest bit that is 1; empty for 0. */
function binary(value: number): string {
  return value === 0 ? '' : value.toString(2);
}

function trustAfter(seen: number): number {
  return [0, 156, 184][seen] ?? (seen <= 30 ? 216 : 256);
}
