import { deflateProgram } from '../assembled/deflate.ts';
import type { DeflateEncoder, DeflateParameters } from './deflate-parameters.ts';
import { type DeflatingProgram, ProgramStream } from './program-stream.ts';

/** What packages/delta/assembly/deflate exports. */
interface ZlibProgram extends DeflatingProgram {
  begin(variant: number, level: number, memLevel: number): void;
  know(size: number): void;
  pause(): number;
}

const variants: Partial<Record<DeflateEncoder, number>> = { zlib: 0, chromium: 1, gzip: 2 };

/** As the program numbers them; undefined for an encoder that it is not. */
export function zlibVariant(encoder: DeflateEncoder): number | undefined {
  return variants[encoder];
}

/**
 * Deflates as zlib, zlib of Chromium, and GNU gzip do, to the bit. One encoder takes 1.1 MB and makes one stream after the other, each begun with its own parameters.
 * Pieces are good only until something else is written.
 */
export class ZlibEncoder {
  readonly #stream = new ProgramStream<ZlibProgram>(deflateProgram);

  /**
   * What was not finished is forgotten.
   * @param known what is taken to stand before the content, 32 KiB at most
   */
  begin({ encoder, level, memLevel }: DeflateParameters, known?: Uint8Array): void {
    this.#stream.program.begin(variants[encoder] ?? 0, level, memLevel);
    if (known === undefined) return;
    this.#stream.copy(known);
    this.#stream.program.know(known.length);
  }

  write(chunk: Uint8Array): Generator<Uint8Array> {
    return this.#stream.write(chunk);
  }

  finish(): Generator<Uint8Array> {
    return this.#stream.finish();
  }

  /** What was written as whole bytes, as pigz brings it there; another stream may follow. */
  *pause(): Generator<Uint8Array> {
    yield this.#stream.piece(this.#stream.program.pause());
  }
}
