import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteMixer } from './byte-mixer.ts';
import { hashed } from './hashed.ts';
import { learn, PlainMixing, product, stretch, trustOf } from './plain-mixing-fixture.ts';

/** A byte as it is coded, with all that it is predicted from. */
interface CodedByte {
  readonly byte: number;
  readonly kind: number;
  readonly contexts: readonly number[];
  readonly beside: number;
  readonly expected: number;
  readonly run: number;
}

const kinds = 3;
const tableBits = 6;

it('the program makes the bytes that docs/format/mixed-streams.md says', () => {
  fc.assert(
    fc.property(fc.array(codedByte(), { maxLength: 150 }), (bytes) => {
      expect(Buffer.from(packedByProgram(bytes))).toEqual(Buffer.from(new Oracle().packed(bytes)));
    }),
    { numRuns: 40 },
  );
});

/** Bytes of one kind have as many contexts, of few values, so that they come again; the table is small, so that slots are taken. */
function codedByte(): fc.Arbitrary<CodedByte> {
  return fc
    .record({
      byte: fc.oneof(fc.constantFrom(0, 7, 255), fc.nat(255)),
      kind: fc.nat(kinds - 1),
      values: fc.array(fc.nat(5), { minLength: 6, maxLength: 6 }),
      beside: fc.nat(255),
      expected: fc.constantFrom(-1, 0, 7, 255),
      run: fc.nat(100),
    })
    .map(({ values, ...rest }) => ({
      ...rest,
      contexts: values.slice(0, 2 * rest.kind + 1).map((value, i) => hashed(i, value)),
    }));
}

function packedByProgram(bytes: readonly CodedByte[]): Uint8Array {
  const mixer = new ByteMixer(kinds, tableBits);
  for (const { byte, kind, contexts, beside, expected, run } of bytes) {
    mixer.contexts.set(contexts);
    mixer.code(byte, kind, contexts.length, beside, expected, run);
  }
  return mixer.end();
}

interface Likelihood {
  value: number;
  seen: number;
}

/** The page, word for word, without a thought of time. */
class Oracle {
  readonly #table = new Uint8Array(1 << tableBits);
  readonly #likelihoods = new Map<string, Likelihood>();
  readonly #mixing = new PlainMixing();

  packed(bytes: readonly CodedByte[]): Uint8Array {
    for (const byte of bytes) this.#codeByte(byte);
    return this.#mixing.end();
  }

  #codeByte(coded: CodedByte): void {
    let slots: number[] = [];
    for (let place = 7, c = 1; place >= 0; place--) {
      if (place === 7) slots = coded.contexts.map((context) => this.#slotOf(context));
      if (place === 3) slots = coded.contexts.map((context) => this.#slotOf(hashed(context, c + 1000)));
      const bit = (coded.byte >> place) & 1;
      this.#codeBit(coded, c, bit, slots);
      c = 2 * c + bit;
    }
  }

  #slotOf(x: number): number {
    const owner = (((x >>> 24) ^ (17 * (x & 15))) & 255) | 1;
    const first = (x >>> 4) & ((1 << tableBits) - 1) & -16;
    const other = first ^ 16;
    const own = [first, other].find((place) => this.#table[place] === owner);
    if (own !== undefined) return own;
    const used = (place: number): number => (this.#byte(place + 1) >> 4) + (this.#byte(place + 1) & 15);
    const taken = used(other) < used(first) ? other : first;
    this.#table.fill(0, taken, taken + 16);
    this.#table[taken] = owner;
    return taken;
  }

  #byte(place: number): number {
    return this.#table[place] ?? 0;
  }

  #codeBit({ kind, beside, expected, run }: CodedByte, c: number, bit: number, slots: number[]): void {
    const known = 31 - Math.clz32(c);
    const node = known < 4 ? c : (c & ((1 << (known - 4)) - 1)) | (1 << (known - 4));
    const histories = slots.map((slot) => this.#byte(slot + node));
    const guesses = histories.map((history, i) => this.#likelihood(`${i} ${kind} ${history}`, history));
    const isExpected = expected >= 0 && (expected | 256) >> (8 - known) === c;
    const expectedBit = (expected >> (7 - known)) & 1;
    const hit = stretch(this.#mixing.hit(kind, run));
    const logit = isExpected ? hit * (expectedBit === 1 ? 1 : -1) : 0;
    const inputs = guesses.map(({ value }, i) => (histories[i] === 0 ? 0 : stretch(value)));
    const last = inputs.length - [...histories].reverse().findIndex((history) => history !== 0);
    const trust = trustOf(isExpected, run);
    const certainty = `${Math.min(last > inputs.length ? 0 : last, 7)} ${trust}`;
    const all = [...inputs, logit, 256];
    const keys = [`known ${kind} ${certainty}`, `bits ${kind} ${c}`, `beside ${kind} ${beside}`];
    const sets = keys.map((key) => this.#mixing.weightsOf(key, all.length, 11_500));
    const products = sets.map((set) => product(all, set));
    const shares = this.#mixing.weightsOf(`${kind} ${trust} ${known}`, 3, 21_845);
    const x = product(products, shares);
    this.#mixing.writeRefined(bit, `${kind} ${c}`, x);
    const goal = bit === 1 ? 65_535 : 0;
    learn(shares, products, bit, x, 16);
    for (const [i, set] of sets.entries()) learn(set, all, bit, products[i] ?? 0, 14);
    // Several contexts may have one slot: each counts what came, one after the other.
    for (const [i, slot] of slots.entries()) {
      const history = this.#byte(slot + node);
      const guess = this.#likelihood(`${i} ${kind} ${history}`, history);
      const rate = Math.floor(131_072 / (2 * guess.seen + 6));
      guess.value += Math.floor(((goal - guess.value) * rate) / 65_536);
      guess.seen = Math.min(guess.seen + 1, 255);
      this.#table[slot + node] = after(history, bit);
    }
    if (isExpected) this.#mixing.learnHit(kind, run, bit === expectedBit);
  }

  #likelihood(key: string, history: number): Likelihood {
    const [zeros, ones] = [history >> 4, history & 15];
    const value = Math.floor((65_535 * (5 * ones + 4)) / (5 * (zeros + ones) + 8));
    const known = this.#likelihoods.get(key) ?? { value, seen: 0 };
    this.#likelihoods.set(key, known);
    return known;
  }
}

function after(history: number, bit: number): number {
  const [zeros, ones] = [history >> 4, history & 15];
  const forgotten = (count: number): number => (count > 2 ? (count >> 1) + 1 : count);
  return bit === 1
    ? (forgotten(zeros) << 4) | Math.min(ones + 1, 15)
    : (Math.min(zeros + 1, 15) << 4) | forgotten(ones);
}
