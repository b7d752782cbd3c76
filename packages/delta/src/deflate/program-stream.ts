import { instantiate, type ProgramMemory } from '../assembled/instantiate.ts';

/** What a program that deflates exports, beside how a stream is begun. */
export interface DeflatingProgram {
  readonly memory: ProgramMemory;
  place(): number;
  room(): number;
  add(size: number): number;
  finish(): number;
  written(): number;
}

/** Content that flows through a program that deflates. Pieces are good only until something else is written. */
export class ProgramStream<Program extends DeflatingProgram> {
  readonly program: Program;
  readonly #memory: Uint8Array;
  readonly #written: number;

  constructor(program: string) {
    this.program = instantiate<Program>(program);
    this.#memory = new Uint8Array(this.program.memory.buffer);
    this.#written = this.program.written();
  }

  *write(chunk: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < chunk.length; ) {
      const taken = chunk.subarray(at, at + this.program.room());
      this.copy(taken);
      at += taken.length;
      const size = this.program.add(taken.length);
      if (size > 0) yield this.piece(size);
    }
  }

  *finish(): Generator<Uint8Array> {
    yield this.piece(this.program.finish());
  }

  /** To where the program takes content from. */
  copy(bytes: Uint8Array): void {
    this.#memory.set(bytes, this.program.place());
  }

  piece(size: number): Uint8Array {
    return this.#memory.subarray(this.#written, this.#written + size);
  }
}
