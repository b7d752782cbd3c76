import { instantiate } from '../assembled/instantiate.ts';
import { valueMixerProgram } from '../assembled/value-mixer.ts';
import type { StreamKind } from '../class/typed-streams.ts';
import type { ValueCoder } from '../class/value-coder.ts';
import { type BitProgram, endsTooEarly, PackedBytes } from './packed-bytes.ts';

/** What packages/delta/assembly/value-mixer/index.ts exports. */
interface Program extends BitProgram {
  begin(packed: number): void;
  code(value: number, kind: number): number;
  pass(kind: number, value: number): void;
  passLead(kind: number, value: number): void;
}

/** A program that nobody uses. Its memory, some 9 MiB and what was packed, is used again. */
let idle: Program | undefined;

/**
 * Codes values of class files bit by bit, as predictions by what came before have them. All in integers, so that every engine predicts the
 * same: part of the format.
 */
export class ValueMixer implements ValueCoder {
  readonly #read: Uint8Array | undefined;
  #begun: { readonly program: Program; readonly packed: PackedBytes } | undefined;

  /** @param packed what was written, where that is read */
  constructor(packed?: Uint8Array) {
    this.#read = packed;
  }

  /** @throws DELTA_INVALID when the packed bytes are used up */
  code(kind: StreamKind, value: number): number {
    const { program, packed } = this.#begun ?? this.#begin();
    const coded = program.code(value, kind);
    if (coded < 0) throw endsTooEarly();
    packed.pass();
    return coded;
  }

  pass(kind: StreamKind, value: number): void {
    (this.#begun ?? this.#begin()).program.pass(kind, value);
  }

  lead(kind: StreamKind, value: number): void {
    (this.#begun ?? this.#begin()).program.passLead(kind, value);
  }

  /**
   * What was written; nothing where it was read, or where no value came. Nothing can be coded afterwards.
   * @throws DELTA_INVALID if packed bytes are left
   */
  end(): Uint8Array {
    if (this.#begun === undefined && (this.#read?.length ?? 0) === 0) return new Uint8Array();
    return (this.#begun ?? this.#begin()).packed.end();
  }

  /** Nothing is coded afterwards: another section may use the memory. */
  leave(): void {
    idle = this.#begun?.program ?? idle;
  }

  /** Many sections have no class files, and tables take some milliseconds. */
  #begin() {
    const program = idle ?? instantiate<Program>(valueMixerProgram);
    idle = undefined;
    program.begin(this.#read?.length ?? -1);
    this.#begun = { program, packed: new PackedBytes(program, this.#read) };
    return this.#begun;
  }
}
