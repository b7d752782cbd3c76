import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteMixer } from './byte-mixer.ts';
import { hashed } from './hashed.ts';

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
  readonly #hits = new Map<string, number>();
  readonly #weights = new Map<string, number[]>();
  readonly #refinements = new Map<string, number[]>();
  readonly #out: number[] = [];
  #low = 0;
  #high = 0xffffffff;

  packed(bytes: readonly CodedByte[]): Uint8Array {
    for (const byte of bytes) this.#codeByte(byte);
    for (const shift of [24, 16, 8, 0]) this.#out.push((this.#low >>> shift) & 0xff);
    return Uint8Array.from(this.#out);
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
    const hitKey = `${kind} ${Math.min(run, 63)}`;
    const hit = this.#hits.get(hitKey) ?? 65_535 - Math.floor(65_535 / (Math.min(run, 63) + 3));
    const logit = isExpected ? stretch(hit) * (expectedBit === 1 ? 1 : -1) : 0;
    const inputs = guesses.map(({ value }, i) => (histories[i] === 0 ? 0 : stretch(value)));
    const last = inputs.length - [...histories].reverse().findIndex((history) => history !== 0);
    const trust = !isExpected ? 0 : run < 8 ? 1 : run < 32 ? 2 : 3;
    const certainty = `${Math.min(last > inputs.length ? 0 : last, 7)} ${trust}`;
    const all = [...inputs, logit, 256];
    const keys = [`known ${kind} ${certainty}`, `bits ${kind} ${c}`, `beside ${kind} ${beside}`];
    const sets = keys.map((key) => this.#weightsOf(key, all.length, 11_500));
    const products = sets.map((set) => product(all, set));
    const shares = this.#weightsOf(`${kind} ${trust} ${known}`, 3, 21_845);
    const x = product(products, shares);
    const row = this.#row(`${kind} ${c}`);
    const [j, w] = [(x + 2048) >> 7, x & 127];
    const q = ((row[j] ?? 0) * (128 - w) + (row[j + 1] ?? 0) * w) >> 7;
    this.#write(bit, sure((squash(x) + q) >> 1));
    const goal = bit === 1 ? 65_535 : 0;
    learn(shares, products, bit, x, 16);
    for (const [i, set] of sets.entries()) learn(set, all, bit, products[i] ?? 0, 14);
    const near = w < 64 ? j : j + 1;
    row[near] = (row[near] ?? 0) + ((goal - (row[near] ?? 0)) >> 6);
    // Several contexts may have one slot: each counts what came, one after the other.
    for (const [i, slot] of slots.entries()) {
      const history = this.#byte(slot + node);
      const guess = this.#likelihood(`${i} ${kind} ${history}`, history);
      const rate = Math.floor(131_072 / (2 * guess.seen + 6));
      guess.value += Math.floor(((goal - guess.value) * rate) / 65_536);
      guess.seen = Math.min(guess.seen + 1, 255);
      this.#table[slot + node] = after(history, bit);
    }
    if (isExpected) this.#hits.set(hitKey, hit + (((bit === expectedBit ? 65_535 : 0) - hit) >> 6));
  }

  #likelihood(key: string, history: number): Likelihood {
    const [zeros, ones] = [history >> 4, history & 15];
    const value = Math.floor((65_535 * (5 * ones + 4)) / (5 * (zeros + ones) + 8));
    const known = this.#likelihoods.get(key) ?? { value, seen: 0 };
    this.#likelihoods.set(key, known);
    return known;
  }

  #weightsOf(key: string, count: number, first: number): number[] {
    const set = this.#weights.get(key) ?? Array.from({ length: count }, () => first);
    this.#weights.set(key, set);
    return set;
  }

  #row(key: string): number[] {
    const row =
      this.#refinements.get(key) ??
      Array.from({ length: 33 }, (_, j) => squash(Math.min(128 * j, 4095) - 2048));
    this.#refinements.set(key, row);
    return row;
  }

  #write(bit: number, p: number): void {
    const range = this.#high - this.#low;
    const middle = this.#low + Math.floor((range * p) / 65_536);
    if (bit === 1) this.#high = middle;
    else this.#low = middle + 1;
    while (this.#low >>> 24 === this.#high >>> 24) {
      this.#out.push(this.#high >>> 24);
      this.#low = (this.#low << 8) >>> 0;
      this.#high = ((this.#high << 8) | 255) >>> 0;
    }
  }
}

function after(history: number, bit: number): number {
  const [zeros, ones] = [history >> 4, history & 15];
  const forgotten = (count: number): number => (count > 2 ? (count >> 1) + 1 : count);
  return bit === 1
    ? (forgotten(zeros) << 4) | Math.min(ones + 1, 15)
    : (Math.min(zeros + 1, 15) << 4) | forgotten(ones);
}

function product(inputs: readonly number[], weights: readonly number[]): number {
  const sum = inputs.reduce((total, input, i) => total + Math.floor((input * (weights[i] ?? 0)) / 256), 0);
  return Math.max(-2047, Math.min(2047, sum >> 8));
}

function learn(weights: number[], inputs: readonly number[], bit: number, x: number, rate: number): void {
  const mistake = bit * 65_536 - squash(x);
  for (const [i, input] of inputs.entries()) {
    const weight = (weights[i] ?? 0) + ((input * mistake + (1 << (rate - 1))) >> rate);
    weights[i] = Math.max(1 - (1 << 20), Math.min((1 << 20) - 1, weight));
  }
}

const anchors = [
  22, 36, 60, 98, 162, 267, 439, 720, 1179, 1921, 3108, 4971, 7812, 11955, 17625, 24743, 32768, 40793, 47911,
  53581, 57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438, 65476, 65500, 65514,
] as const;

function squash(x: number): number {
  const [at, rest] = [(x + 2048) >> 7, x & 127];
  return sure(((anchors[at] ?? 0) * (128 - rest) + (anchors[at + 1] ?? 0) * rest) >> 7);
}

function sure(likelihood: number): number {
  return Math.max(16, Math.min(65_520, likelihood));
}

const stretched = Array.from({ length: 4096 }, (_, p) => {
  let x = -2048;
  while (x < 2047 && squash(x) < 16 * p) x++;
  return x;
});

function stretch(likelihood: number): number {
  return stretched[likelihood >> 4] ?? 0;
}
