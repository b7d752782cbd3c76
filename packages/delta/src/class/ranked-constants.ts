import { deltaInvalid } from '../difference/delta-invalid.ts';
import { type ConstantGroup, constantGroups } from './typed-streams.ts';

const none = 1;
const firstRank = 2;

/**
 * Constants of a class file by their ranks in their group, which are smaller numbers than their indexes and say more. Compilers number constants as
 * they come to them: so what is expected is the next one that was not named yet, and that is 0.
 */
export class RankedConstants {
  readonly #tags: Uint8Array;
  readonly #groups = new Map<ConstantGroup, RankedGroup>();
  /** By another constant, what stood beside it last. */
  readonly #besides = new Map<number, number>();

  /** @param tags by index; 0 where no constant is */
  constructor(tags: Uint8Array) {
    this.#tags = tags;
  }

  /** The number for a constant, or for 0. */
  write(group: ConstantGroup, index: number): number {
    return this.#group(group).write(index);
  }

  /** @throws DELTA_INVALID */
  read(group: ConstantGroup, number: number): number {
    return this.#group(group).read(number);
  }

  /** The constant that is expected, or 0 where all are named. */
  expected(group: ConstantGroup): number {
    return this.#group(group).expected();
  }

  /** Takes a constant as named, if it is one of the group. */
  pass(group: ConstantGroup, index: number): void {
    this.#group(group).pass(index);
  }

  /** The number for a constant that mostly is the one that stood beside that other one before. */
  writeBeside(group: ConstantGroup, index: number, other: number): number {
    const usual = this.#besides.get(other);
    this.#besides.set(other, index);
    const number = this.write(group, index);
    if (usual === undefined) return number;
    return index === usual ? 0 : number + 1;
  }

  /** @throws DELTA_INVALID */
  readBeside(group: ConstantGroup, number: number, other: number): number {
    const usual = this.#besides.get(other);
    const isUsual = usual !== undefined && number === 0;
    const index = isUsual ? usual : this.read(group, usual === undefined ? number : number - 1);
    if (isUsual) this.write(group, index);
    this.#besides.set(other, index);
    return index;
  }

  /** Takes a text as named. */
  name(index: number): void {
    this.#group('texts').write(index);
  }

  /** Forgets which ones were named; but not of texts. */
  begin(): void {
    for (const [name, group] of this.#groups) if (name !== 'texts') group.begin();
  }

  #group(name: ConstantGroup): RankedGroup {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const made = new RankedGroup(this.#tags, name);
    this.#groups.set(name, made);
    return made;
  }
}

/** By group and tag: whether constants of that tag are in it. */
const membersOf = Object.fromEntries(
  Object.entries(constantGroups).map(([name, tags]) => {
    const isMember = new Uint8Array(256);
    for (const tag of tags) isMember[tag] = 1;
    return [name, isMember];
  }),
) as Record<ConstantGroup, Uint8Array>;

class RankedGroup {
  readonly #name: string;
  /** By rank. */
  readonly #indexes: Uint16Array;
  /** By index: one more than the rank, or 0. */
  readonly #ranks: Uint16Array;
  readonly #isNamed: Uint8Array;
  #next = 0;

  constructor(tags: Uint8Array, name: ConstantGroup) {
    const isMember = membersOf[name];
    const indexes = new Uint16Array(tags.length);
    const ranks = new Uint16Array(tags.length);
    let count = 0;
    for (let index = 1; index < tags.length; index++) {
      if (isMember[tags[index] as number] === 0) continue;
      indexes[count++] = index;
      ranks[index] = count;
    }
    this.#name = name;
    this.#indexes = indexes.subarray(0, count);
    this.#ranks = ranks;
    this.#isNamed = new Uint8Array(count + 1);
  }

  begin(): void {
    this.#isNamed.fill(0);
    this.#next = 0;
  }

  write(index: number): number {
    if (index === 0) return none;
    const rank = (this.#ranks[index] ?? 0) - 1;
    if (rank < 0)
      throw deltaInvalid(`a class file names constant ${index} where one of ${this.#name} belongs`);
    const isExpected = rank === this.#expected();
    this.#passed(rank);
    return isExpected ? 0 : rank + firstRank;
  }

  read(number: number): number {
    if (number === none) return 0;
    const rank = number === 0 ? this.#expected() : number - firstRank;
    const index = this.#indexes[rank];
    if (index === undefined) throw deltaInvalid(`a class file names ${this.#name} ${rank}, and has fewer`);
    this.#passed(rank);
    return index;
  }

  expected(): number {
    return this.#indexes[this.#expected()] ?? 0;
  }

  pass(index: number): void {
    const rank = (this.#ranks[index] ?? 0) - 1;
    if (rank >= 0) this.#passed(rank);
  }

  #expected(): number {
    while (this.#isNamed[this.#next] === 1) this.#next++;
    return this.#next;
  }

  #passed(rank: number): void {
    if (this.#isNamed[rank] === 0) this.#next = rank + 1;
    this.#isNamed[rank] = 1;
  }
}
