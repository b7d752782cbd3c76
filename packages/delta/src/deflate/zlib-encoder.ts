import { deflateProgram } from '../assembled/deflate.ts';
import { instantiate, type ProgramMemory } from '../assembled/instantiate.ts';
import type { DeflateParameters } from './deflate-parameters.ts';

/** What packages/delta/assembly/deflate exports. */
interface DeflateProgram {
  readonly memory: ProgramMemory;
  begin(isChromium: boolean, level: number, memLevel: number): void;
  place(): number;
  room(): number;
  add(size: number): number;
  finish(): number;
  written(): number;
}

/**
 * Deflates as zlib does, to the bit. One encoder takes 0.8 MB and makes one stream after the other, each begun with its own parameters.
 * Pieces are good only until something else is written.
 */
export class ZlibEncoder {
  readonly #program = instantiate<DeflateProgram>(deflateProgram);
  readonly #memory = new Uint8Array(this.#program.memory.buffer);
  readonly #written = this.#program.written();

  /** What was not finished is forgotten. */
  begin({ encoder, level, memLevel }: DeflateParameters): void {
    this.#program.begin(encoder === 'chromium', level, memLevel);
  }

  *write(chunk: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < chunk.length; ) {
      const taken = chunk.subarray(at, at + this.#program.room());
      this.#memory.set(taken, this.#program.place());
      at += taken.length;
      const size = this.#program.add(taken.length);
      if (size > 0) yield this.#piece(size);
    }
  }

  *finish(): Generator<Uint8Array> {
    yield this.#piece(this.#program.finish());
  }

  #piece(size: number): Uint8Array {
    return this.#memory.subarray(this.#written, this.#written + size);
  }
}
