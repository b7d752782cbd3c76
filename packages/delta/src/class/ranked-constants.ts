import { deltaInvalid } from '../difference/delta-invalid.ts';
import {
  type ConstantGroup,
  constantGroups,
  groupOf,
  kinds,
  type StreamKind,
  typedStreamNames,
} from './typed-streams.ts';

/** More than any class file has. */
export const mostConstants = 1 << 16;

const none = 1;
const firstRank = 2;

/**
 * Constants of a class file by their ranks in their group, which are smaller numbers than their indexes and say more. Compilers number constants as
 * they come to them: so what is expected is the next one that was not named yet, and that is 0. Serves one class file after another.
 */
export class RankedConstants {
  #tags: Uint8Array = new Uint8Array();
  readonly #groups = new Map<ConstantGroup, RankedGroup>();
  /** The same by kind of stream, those that were needed. */
  readonly #byKind = new Array<RankedGroup | undefined>(typedStreamNames.length).fill(undefined);
  /** By another constant, one more than what stood beside it last; 0 where none did. */
  readonly #besides = new Int32Array(mostConstants);

  /**
   * Begins a class file.
   * @param tags by index; 0 where no constant is
   */
  open(tags: Uint8Array): void {
    this.#tags = tags;
    this.#besides.fill(0, 0, tags.length);
  }

  /** The number for a constant, or for 0. */
  write(kind: StreamKind, index: number): number {
    return this.#group(kind).write(index);
  }

  /** @throws DELTA_INVALID */
  read(kind: StreamKind, number: number): number {
    return this.#group(kind).read(number);
  }

  /** The constant that is expected, or 0 where all are named. */
  expected(kind: StreamKind): number {
    return this.#group(kind).expected();
  }

  /** Takes a constant as named, if it is one of the group. */
  pass(kind: StreamKind, index: number): void {
    this.#group(kind).pass(index);
  }

  /** The number for a constant that mostly is the one that stood beside that other one before. */
  writeBeside(kind: StreamKind, index: number, other: number): number {
    const usual = (this.#besides[other] as number) - 1;
    this.#besides[other] = index + 1;
    const number = this.write(kind, index);
    if (usual < 0) return number;
    return index === usual ? 0 : number + 1;
  }

  /** @throws DELTA_INVALID */
  readBeside(kind: StreamKind, number: number, other: number): number {
    const usual = (this.#besides[other] as number) - 1;
    const isUsual = usual >= 0 && number === 0;
    const index = isUsual ? usual : this.read(kind, usual < 0 ? number : number - 1);
    if (isUsual) this.write(kind, index);
    this.#besides[other] = index + 1;
    return index;
  }

  /** Takes a text as named. */
  name(index: number): void {
    this.#group(kinds.attributeNames).write(index);
  }

  /** Forgets which ones were named; but not of texts. */
  begin(): void {
    for (const [name, group] of this.#groups) if (name !== 'texts') group.begin();
  }

  #group(kind: StreamKind): RankedGroup {
    const group = this.#byKind[kind] ?? this.#groupFor(kind);
    if (group.tags !== this.#tags) group.open(this.#tags);
    return group;
  }

  #groupFor(kind: StreamKind): RankedGroup {
    const name = groupOf(kind);
    const group = this.#groups.get(name) ?? new RankedGroup(name);
    this.#groups.set(name, group);
    this.#byKind[kind] = group;
    return group;
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

/** Used for one class file after another, since making one costs as much as a small class file does. */
class RankedGroup {
  /** Of the class file that it was opened for. */
  tags: Uint8Array = new Uint8Array();
  readonly #name: ConstantGroup;
  /** By rank. */
  readonly #indexes = new Uint16Array(mostConstants);
  /** By index: one more than the rank, or 0. */
  readonly #ranks = new Uint16Array(mostConstants);
  /** By rank. */
  readonly #isNamed = new Uint8Array(mostConstants);
  #count = 0;
  #next = 0;

  constructor(name: ConstantGroup) {
    this.#name = name;
  }

  open(tags: Uint8Array): void {
    const isMember = membersOf[this.#name];
    const indexes = this.#indexes;
    const ranks = this.#ranks;
    let count = 0;
    for (let index = 1; index < tags.length; index++) {
      const isIn = isMember[tags[index] as number] as number;
      // Without a branch, which would be foretold as badly as constants mix.
      indexes[count] = index;
      count += isIn;
      ranks[index] = isIn * count;
    }
    this.tags = tags;
    this.#count = count;
    this.begin();
  }

  begin(): void {
    this.#isNamed.fill(0, 0, this.#count);
    this.#next = 0;
  }

  write(index: number): number {
    if (index === 0) return none;
    const rank = this.#rankOf(index);
    if (rank < 0)
      throw deltaInvalid(`a class file names constant ${index} where one of ${this.#name} belongs`);
    const isExpected = rank === this.#expected();
    this.#passed(rank);
    return isExpected ? 0 : rank + firstRank;
  }

  read(number: number): number {
    if (number === none) return 0;
    const rank = number === 0 ? this.#expected() : number - firstRank;
    if (rank >= this.#count) throw deltaInvalid(`a class file names ${this.#name} ${rank}, and has fewer`);
    this.#passed(rank);
    return this.#indexes[rank] as number;
  }

  expected(): number {
    const rank = this.#expected();
    return rank < this.#count ? (this.#indexes[rank] as number) : 0;
  }

  pass(index: number): void {
    const rank = this.#rankOf(index);
    if (rank >= 0) this.#passed(rank);
  }

  /** -1 where it is not of the group. */
  #rankOf(index: number): number {
    return index < this.tags.length ? (this.#ranks[index] as number) - 1 : -1;
  }

  #expected(): number {
    while (this.#next < this.#count && this.#isNamed[this.#next] === 1) this.#next++;
    return this.#next;
  }

  #passed(rank: number): void {
    if (this.#isNamed[rank] === 0) this.#next = rank + 1;
    this.#isNamed[rank] = 1;
  }
}
