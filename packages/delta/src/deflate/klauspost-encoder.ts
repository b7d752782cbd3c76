import { klauspostDeflateProgram } from '../assembled/klauspost-deflate.ts';
import type { DeflateParameters } from './deflate-parameters.ts';
import { type DeflatingProgram, ProgramStream } from './program-stream.ts';

/** What packages/delta/assembly/klauspost-deflate exports. */
interface KlauspostProgram extends DeflatingProgram {
  begin(asUntil118: boolean, level: number, blockSize: number): void;
}

/**
 * Deflates as klauspost/compress does, to the bit: in the blocks of pgzip, each with the last 16 KiB of the one before as its dictionary, or as one stream, as Go has done since it took it over.
 * One encoder takes 1.3 MB.
 */
export class KlauspostEncoder {
  readonly #stream = new ProgramStream<KlauspostProgram>(klauspostDeflateProgram);

  /** What was not finished is forgotten. */
  begin({ encoder, level, memLevel }: DeflateParameters): void {
    const blockSize = encoder === 'go-1.27' ? 0 : 1 << (memLevel + 12);
    this.#stream.program.begin(encoder === 'pgzip-1.15', level, blockSize);
  }

  write(chunk: Uint8Array): Generator<Uint8Array> {
    return this.#stream.write(chunk);
  }

  finish(): Generator<Uint8Array> {
    return this.#stream.finish();
  }
}
