import { countUpTo } from '../count-up-to.ts';
import type { Cover } from '../difference/cover.ts';
import type { AddressSpace } from './address-space.ts';

/** Covers of fewer bytes say nothing of where others went. It also bounds the memory that this takes. */
const shortestWitness = 64;

/** Where covers say that addresses of the old programs went. */
export class AddressMap {
  readonly #starts: number[] = [];
  readonly #shifts: number[] = [];
  /** Between which addresses, and by what, the last one went: the next mostly lies near it. */
  #low = 0;
  #high = 0;
  #shift: number | undefined;

  /** @param covers those of new bytes out of the base, in any order */
  constructor(covers: Iterable<Cover>, old: AddressSpace, next: AddressSpace) {
    const witnesses: Witness[] = [];
    for (const cover of covers)
      for (const witness of witnessesOf(cover, old, next))
        if (witness.length >= shortestWitness) witnesses.push(witness);
    this.#paint(witnesses);
  }

  /** The new address of what was at an old one; undefined before all that is known. Between covers, all goes where the last one went. */
  get(address: number): number | undefined {
    if (address < this.#low || address >= this.#high) this.#find(address);
    return this.#shift === undefined ? undefined : address + this.#shift;
  }

  #find(address: number): void {
    const at = countUpTo(this.#starts, address) - 1;
    this.#low = this.#starts[at] ?? Number.NEGATIVE_INFINITY;
    this.#high = this.#starts[at + 1] ?? Number.POSITIVE_INFINITY;
    this.#shift = this.#shifts[at];
  }

  /** Where several tell of an address, the longest is believed, of equally long ones the first. */
  #paint(witnesses: readonly Witness[]): void {
    const bounds = Float64Array.from(witnesses.flatMap(({ from, length }) => [from, from + length])).sort();
    const owners = new Int32Array(bounds.length).fill(-1);
    const free = Int32Array.from({ length: bounds.length + 1 }, (_, at) => at);
    const order = Array.from(witnesses.keys()).sort(
      (a, b) => (witnesses[b] as Witness).length - (witnesses[a] as Witness).length || a - b,
    );
    for (const witness of order) {
      const { from, length } = witnesses[witness] as Witness;
      const end = countUpTo(bounds, from + length - 1);
      for (let at = nextFree(free, countUpTo(bounds, from - 1)); at < end; at = nextFree(free, at)) {
        owners[at] = witness;
        free[at] = at + 1;
      }
    }
    for (const [at, owner] of owners.entries()) {
      if (owner < 0) continue;
      const { from, to } = witnesses[owner] as Witness;
      if (this.#shifts.at(-1) === to - from) continue;
      this.#starts.push(bounds[at] as number);
      this.#shifts.push(to - from);
    }
  }
}

/** "The `length` bytes at the address `from` are now at `to`." */
interface Witness {
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

function* witnessesOf(
  { target, source, length }: Cover,
  old: AddressSpace,
  next: AddressSpace,
): Iterable<Witness> {
  let oldRun = old.runBehind(source);
  let newRun = next.runBehind(target);
  let at = 0;
  while (at < length) {
    const [before, after] = [old.run(oldRun), next.run(newRun)];
    const start = Math.max(at, before.start - source, after.start - target);
    const end = Math.min(length, before.end - source, after.end - target);
    if (start >= length) return;
    if (end > start)
      yield {
        from: source + start + before.shift,
        to: target + start + after.shift,
        length: end - start,
      };
    at = end;
    if (before.end - source <= end) oldRun++;
    if (after.end - target <= end) newRun++;
  }
}

function nextFree(free: Int32Array, at: number): number {
  let found = at;
  while (free[found] !== found) {
    free[found] = free[free[found] as number] as number;
    found = free[found] as number;
  }
  return found;
}
