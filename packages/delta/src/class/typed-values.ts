import { deltaInvalid } from '../difference/delta-invalid.ts';
import { folded, unfolded, type VarintReader, type VarintWriter } from '../varint.ts';
import { isByteKind, kinds, type StreamKind, typedStreamNames } from './typed-streams.ts';
import type { ValueCoder } from './value-coder.ts';

/** What is never mixed: of what is long, brotli sees repetitions that lie further back; and by opcodes all others are told. */
const streamed: ReadonlySet<StreamKind> = new Set([kinds.skipped, kinds.others, kinds.texts, kinds.opcodes]);

/** All kinds of values that may be mixed. */
export const mixableKinds: ReadonlySet<StreamKind> = new Set(
  typedStreamNames.map((_, kind) => kind).filter((kind) => !streamed.has(kind)),
);

/** Where values of class files are: some kinds are mixed, each of the others has a stream. */
export interface ValuePlaces<T> {
  readonly coder: ValueCoder;
  readonly mixed: ReadonlySet<StreamKind>;
  readonly streams: readonly T[];
}

/** By kind: how it is reached. The position is the id. */
const [asNumbers, asBytes, asMixed] = [0, 1, 2];

function waysOf(mixed: ReadonlySet<StreamKind>): Uint8Array {
  return Uint8Array.from(typedStreamNames, (_, kind) => {
    if (mixed.has(kind)) return asMixed;
    return isByteKind(kind) ? asBytes : asNumbers;
  });
}

/** What a value that is not mixed says of those that are. */
function tell(coder: ValueCoder, kind: StreamKind, value: number): void {
  if (kind === kinds.opcodes) coder.lead(kind, value);
  else coder.pass(kind, value);
}

/** Writes values of class files, each as one of its kind. */
export class ValueWriter {
  readonly #to: ValuePlaces<VarintWriter>;
  readonly #ways: Uint8Array;
  readonly #isAnyMixed: boolean;

  constructor(to: ValuePlaces<VarintWriter>) {
    this.#to = to;
    this.#ways = waysOf(to.mixed);
    this.#isAnyMixed = to.mixed.size > 0;
  }

  add(kind: StreamKind, value: number): void {
    const { coder, streams } = this.#to;
    const way = this.#ways[kind];
    if (way === asMixed) {
      coder.code(kind, value);
      return;
    }
    const stream = streams[kind] as VarintWriter;
    if (way === asNumbers) stream.add(value);
    else stream.addByte(value);
    if (this.#isAnyMixed) tell(coder, kind, value);
  }

  /** A number of either sign. */
  addSigned(kind: StreamKind, value: number): void {
    this.add(kind, folded(value));
  }

  addBytes(kind: StreamKind, bytes: Uint8Array): void {
    for (const byte of bytes) this.add(kind, byte);
  }

  /** What the values that follow are told by, though no value says it. */
  lead(value: number): void {
    if (this.#isAnyMixed) this.#to.coder.lead(kinds.texts, value);
  }
}

/** Reads what {@link ValueWriter} wrote. */
export class ValueReader {
  readonly #from: ValuePlaces<VarintReader>;
  readonly #ways: Uint8Array;
  readonly #isAnyMixed: boolean;

  constructor(from: ValuePlaces<VarintReader>) {
    this.#from = from;
    this.#ways = waysOf(from.mixed);
    this.#isAnyMixed = from.mixed.size > 0;
  }

  /** @throws DELTA_INVALID */
  next(kind: StreamKind): number {
    const { coder, streams } = this.#from;
    const way = this.#ways[kind];
    if (way === asMixed) return coder.code(kind, 0);
    const stream = streams[kind] as VarintReader;
    const value = way === asNumbers ? stream.next() : stream.nextByte();
    if (this.#isAnyMixed) tell(coder, kind, value);
    return value;
  }

  /**
   * The next value, if it is no more than `most`.
   * @throws DELTA_INVALID
   */
  nextUpTo(most: number, kind: StreamKind): number {
    const value = this.next(kind);
    if (value > most) throw deltaInvalid(`a class file has a number ${value} where none is above ${most}`);
    return value;
  }

  /** @throws DELTA_INVALID */
  nextSigned(kind: StreamKind): number {
    return unfolded(this.next(kind));
  }

  lead(value: number): void {
    if (this.#isAnyMixed) this.#from.coder.lead(kinds.texts, value);
  }
}
