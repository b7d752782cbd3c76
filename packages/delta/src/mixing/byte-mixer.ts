import { byteMixerProgram } from '../assembled/byte-mixer.ts';
import { instantiate } from '../assembled/instantiate.ts';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import { type BitProgram, endsTooEarly, PackedBytes } from './packed-bytes.ts';
import { type Walk, type WalkProgram, walk } from './walk.ts';

/** Most contexts that a byte may have, and kinds of bytes: packages/delta/assembly/byte-mixer has tables for so many. */
export const mostContexts = 20;
const mostKinds = 32;

/** What packages/delta/assembly/byte-mixer/index.ts exports. */
interface Program extends BitProgram, WalkProgram {
  begin(kinds: number, tableBits: number, packed: number): void;
  contextsPlace(): number;
  aroundPlace(): number;
  code(byte: number, kind: number, count: number, beside: number, expected: number, run: number): number;
  codeAround(byte: number, kind: number, own: number, count: number): number;
  codeExpected(
    byte: number,
    stream: number,
    kind: number,
    count: number,
    expected: number,
    run: number,
  ): number;
  setAroundCover(first: number, second: number, third: number, fourth: number): void;
}

/** A program that nobody uses. Its memory, up to 20 MiB, is used again. */
let idle: Program | undefined;

/**
 * Codes bytes, bit by bit, as several predictions have them, each of which counts for as much as it was right before: a context is what
 * was the same when a byte came. All in integers, so that every engine predicts the same: part of the format.
 */
export class ByteMixer {
  /** What the next byte is predicted from: to be set before it is coded. */
  readonly contexts: Int32Array;
  /** What its contexts are made of, where they are made by the program. */
  readonly around: Int32Array;
  readonly #program: Program;
  readonly #packed: PackedBytes;

  /**
   * @param kinds of bytes
   * @param bits of the length of its table of histories
   * @param packed what was written, where that is read
   * @throws DELTA_INVALID for fewer than four packed bytes
   */
  constructor(kinds: number, bits: number, packed?: Uint8Array) {
    if (kinds > mostKinds) throw new RangeError(`${kinds} kinds of bytes, and ${mostKinds} are known`);
    this.#program = idle ?? instantiate<Program>(byteMixerProgram);
    idle = undefined;
    const program = this.#program;
    program.begin(kinds, bits, packed?.length ?? -1);
    this.contexts = new Int32Array(program.memory.buffer, program.contextsPlace(), mostContexts);
    this.around = new Int32Array(program.memory.buffer, program.aroundPlace(), mostContexts);
    this.#packed = new PackedBytes(program, packed);
  }

  /**
   * The byte that is coded: `byte` where it is written.
   * @param count of contexts; bytes of one kind always have as many
   * @param beside a byte by which predictions are weighed
   * @param expected a byte that it might be, or -1
   * @param run how many bytes before were as expected
   * @throws DELTA_INVALID when the packed bytes are used up
   */
  code(byte: number, kind: number, count: number, beside: number, expected: number, run: number): number {
    return this.#passed(this.#program.code(byte, kind, count, beside, expected, run));
  }

  /**
   * {@link code} without an expected byte, by what stands around it.
   * @param own a context for itself, and beside each of the others
   * @param count of what stands around it, at most 19
   */
  codeAround(byte: number, kind: number, own: number, count: number): number {
    return this.#passed(this.#program.codeAround(byte, kind, own, count));
  }

  /** {@link code} of a byte of a stream, by what stands around it. */
  codeExpected(
    byte: number,
    stream: number,
    kind: number,
    count: number,
    expected: number,
    run: number,
  ): number {
    return this.#passed(this.#program.codeExpected(byte, stream, kind, count, expected, run));
  }

  #passed(coded: number): number {
    if (coded < 0) {
      this.leave();
      throw endsTooEarly();
    }
    this.#packed.pass();
    return coded;
  }

  /** Sets what stands around a number of a cover, seven in all. */
  setAroundCover(first: number, second: number, third: number, fourth: number): void {
    this.#program.setAroundCover(first, second, third, fourth);
  }

  /**
   * Codes whole streams.
   * @throws DELTA_INVALID when the packed bytes are used up, or a stream ends too early
   */
  walk(one: Walk): void {
    const end = walk(this.#program, one, () => this.#packed.take());
    if (end === 'well') return;
    this.leave();
    throw end === 'used up' ? endsTooEarly() : deltaInvalid('a stream of a section ends too early');
  }

  /**
   * What was written; nothing where it was read. Nothing can be coded afterwards.
   * @throws DELTA_INVALID if packed bytes are left
   */
  end(): Uint8Array {
    const written = this.#packed.end();
    this.leave();
    return written;
  }

  /** Nothing is coded afterwards: another section may use the memory. */
  leave(): void {
    idle = this.#program;
  }
}
