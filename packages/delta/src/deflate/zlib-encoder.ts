import { deflateProgram } from '../assembled/deflate.ts';
import { instantiate, type ProgramMemory } from '../assembled/instantiate.ts';
import type { DeflateEncoder, DeflateParameters } from './deflate-parameters.ts';

/** What packages/delta/assembly/deflate exports. */
interface DeflateProgram {
  readonly memory: ProgramMemory;
  begin(variant: number, level: number, memLevel: number): void;
  know(size: number): void;
  pause(): number;
  place(): number;
  room(): number;
  add(size: number): number;
  finish(): number;
  written(): number;
}

const variants: Partial<Record<DeflateEncoder, number>> = { zlib: 0, chromium: 1, gzip: 2 };

/** As the program numbers them; undefined for an encoder that it is not. */
export function zlibVariant(encoder: DeflateEncoder): number | undefined {
  return variants[encoder];
}

/**
 * Deflates as zlib, zlib of Chromium, and GNU gzip do, to the bit. One encoder takes 0.8 MB and makes one stream after the other, each begun with its own parameters.
 * Pieces are good only until something else is written.
 */
export class ZlibEncoder {
  readonly #program = instantiate<DeflateProgram>(deflateProgram);
  readonly #memory = new Uint8Array(this.#program.memory.buffer);
  readonly #written = this.#program.written();

  /**
   * What was not finished is forgotten.
   * @param known what is taken to stand before the content, 32 KiB at most
   */
  begin({ encoder, level, memLevel }: DeflateParameters, known?: Uint8Array): void {
    this.#program.begin(variants[encoder] ?? 0, level, memLevel);
    if (known === undefined) return;
    this.#memory.set(known, this.#program.place());
    this.#program.know(known.length);
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

  /** What was written as whole bytes, as pigz brings it there; another stream may follow. */
  *pause(): Generator<Uint8Array> {
    yield this.#piece(this.#program.pause());
  }

  #piece(size: number): Uint8Array {
    return this.#memory.subarray(this.#written, this.#written + size);
  }
}
