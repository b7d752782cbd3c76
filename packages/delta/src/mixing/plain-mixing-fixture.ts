/**
 * What both oracles have in common: docs/format/mixed-streams.md from "Bits" to "Refining", word for word, without a thought of time.
 */
export class PlainMixing {
  readonly #hits = new Map<string, number>();
  readonly #weights = new Map<string, number[]>();
  readonly #refinements = new Map<string, number[]>();
  readonly #out: number[] = [];
  #low = 0;
  #high = 0xffffffff;

  /** How likely what is expected comes, by kind and run. */
  hit(kind: number, run: number): number {
    const counted = Math.min(run, 63);
    return this.#hits.get(`${kind} ${counted}`) ?? 65_535 - Math.floor(65_535 / (counted + 3));
  }

  learnHit(kind: number, run: number, isHit: boolean): void {
    const hit = this.hit(kind, run);
    this.#hits.set(`${kind} ${Math.min(run, 63)}`, hit + (((isHit ? 65_535 : 0) - hit) >> 6));
  }

  weightsOf(key: string, count: number, first: number): number[] {
    const set = this.#weights.get(key) ?? Array.from({ length: count }, () => first);
    this.#weights.set(key, set);
    return set;
  }

  /** The likelihood of a 1, which is coded with it. */
  writeRefined(bit: number, key: string, x: number): void {
    const row = this.#row(key);
    const [j, w] = [(x + 2048) >> 7, x & 127];
    const q = ((row[j] ?? 0) * (128 - w) + (row[j + 1] ?? 0) * w) >> 7;
    this.#write(bit, sure((squash(x) + q) >> 1));
    const near = w < 64 ? j : j + 1;
    row[near] = (row[near] ?? 0) + (((bit === 1 ? 65_535 : 0) - (row[near] ?? 0)) >> 6);
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

  end(): Uint8Array {
    for (const shift of [24, 16, 8, 0]) this.#out.push((this.#low >>> shift) & 0xff);
    return Uint8Array.from(this.#out);
  }
}

/** 0 where nothing is expected. */
export function trustOf(isExpected: boolean, run: number): number {
  return !isExpected ? 0 : run < 8 ? 1 : run < 32 ? 2 : 3;
}

export function product(inputs: readonly number[], weights: readonly number[]): number {
  const sum = inputs.reduce((total, input, i) => total + Math.floor((input * (weights[i] ?? 0)) / 256), 0);
  return Math.max(-2047, Math.min(2047, sum >> 8));
}

export function learn(
  weights: number[],
  inputs: readonly number[],
  bit: number,
  x: number,
  rate: number,
): void {
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

/** Of a likelihood in 2^16ths. */
export function stretch(likelihood: number): number {
  return stretched[likelihood >> 4] ?? 0;
}
