import type { ProgramMemory } from '../assembled/instantiate.ts';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import { VarintWriter } from '../varint.ts';

/** What programs export that code bits: packages/delta/assembly/byte-mixer/bit-coder.ts. */
export interface BitProgram {
  readonly memory: ProgramMemory;
  packedPlace(): number;
  beginReading(): void;
  packedLength(): number;
  takePacked(): void;
  endWriting(): void;
}

/** Less than a program has room for, divided by what a byte or a value becomes at most. */
const takenAfter = 256;

/** The packed bytes of a program: they are brought to it, or taken from it now and then. */
export class PackedBytes {
  readonly #program: BitProgram;
  readonly #packed: Uint8Array | undefined;
  readonly #written = new VarintWriter();
  #untilTaken = takenAfter;

  /**
   * @param program that has begun
   * @param packed what was written, where that is read
   * @throws DELTA_INVALID for fewer than four packed bytes
   */
  constructor(program: BitProgram, packed: Uint8Array | undefined) {
    this.#program = program;
    this.#packed = packed;
    if (packed === undefined) return;
    if (packed.length < 4) throw endsTooEarly();
    new Uint8Array(program.memory.buffer).set(packed, program.packedPlace());
    program.beginReading();
  }

  /** Called for each byte or value that was coded. */
  pass(): void {
    if (--this.#untilTaken === 0) this.take();
  }

  /**
   * What was written; nothing where it was read. Nothing can be coded afterwards.
   * @throws DELTA_INVALID if packed bytes are left
   */
  end(): Uint8Array {
    const program = this.#program;
    const isLeft = this.#packed !== undefined && program.packedLength() < this.#packed.length;
    if (isLeft) throw deltaInvalid('mixed streams end before their bytes do');
    if (this.#packed === undefined) program.endWriting();
    this.take();
    return this.#written.bytes();
  }

  /** Called when many were coded. */
  take(): void {
    this.#untilTaken = takenAfter;
    if (this.#packed !== undefined) return;
    const { memory, packedPlace, packedLength, takePacked } = this.#program;
    this.#written.addBytes(new Uint8Array(memory.buffer, packedPlace(), packedLength()));
    takePacked();
  }
}

export function endsTooEarly(): Error {
  return deltaInvalid('mixed streams end too early');
}
