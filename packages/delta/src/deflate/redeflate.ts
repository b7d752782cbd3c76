import { type Bytes, concat } from '@block-pack/core';
import { Z_FINISH, Z_NO_FLUSH, ZStream, zlibDeflate, zlibDeflateInit2, zlibDeflateReset } from 'pako';
import { type DeflateParameters, deflateCode } from './deflate-parameters.ts';
import { GoEncoder } from './go-encoder.ts';
import { GoSpeedEncoder } from './go-speed-encoder.ts';
import { PigzEncoder } from './pigz-encoder.ts';

/**
 * The raw deflate stream that the encoder writes for this content, as it comes. A piece is good only until the next one is asked for.
 * How the content is cut into chunks makes no difference.
 */
export async function* redeflate(content: Bytes, parameters: DeflateParameters): Bytes {
  const encoder = borrowEncoder(parameters);
  try {
    for await (const chunk of content) yield* encoder.write(chunk);
    yield* encoder.finish();
  } finally {
    giveBack(encoder);
  }
}

/** {@link redeflate} for content that lies in memory; several times faster where it is small. */
export function redeflateAtOnce(content: Uint8Array, parameters: DeflateParameters): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (const piece of deflated(content, parameters)) pieces.push(new Uint8Array(piece));
  return concat(pieces);
}

/**
 * Whether the encoder writes exactly this stream; a wrong guess ends at the first piece that differs.
 * @param note is told the bytes of content that were deflated
 */
export function redeflatesTo(
  packed: Uint8Array,
  content: Uint8Array,
  parameters: DeflateParameters,
  note: (bytes: number) => void,
): boolean {
  let at = 0;
  for (const piece of deflated(content, parameters, note)) {
    if (Buffer.compare(packed.subarray(at, at + piece.length), piece) !== 0) return false;
    at += piece.length;
  }
  return at === packed.length;
}

function* deflated(
  content: Uint8Array,
  parameters: DeflateParameters,
  note: (bytes: number) => void = () => {},
): Generator<Uint8Array> {
  const encoder = borrowEncoder(parameters);
  try {
    // In steps, so that a reader who stops early has not paid for the whole.
    for (let at = 0; at < content.length; at += inputStep) {
      const step = content.subarray(at, at + inputStep);
      note(step.length);
      yield* encoder.write(step);
    }
    yield* encoder.finish();
  } finally {
    giveBack(encoder);
  }
}

const inputStep = 1 << 16;
const outputStep = 1 << 14;
const rawWindow = -15;
const deflateMethod = 8;
const defaultStrategy = 0;
const nothing = new Uint8Array();

interface Encoder {
  readonly code: number;
  write(chunk: Uint8Array): Generator<Uint8Array>;
  finish(): Generator<Uint8Array>;
  reset(): void;
}

class ZlibEncoder implements Encoder {
  readonly code: number;
  readonly #stream = new ZStream();
  readonly #output = new Uint8Array(outputStep);

  constructor(parameters: DeflateParameters) {
    const { encoder, level, memLevel } = parameters;
    this.code = deflateCode(parameters);
    const vanilla = encoder === 'zlib';
    zlibDeflateInit2(this.#stream, level, deflateMethod, rawWindow, memLevel, defaultStrategy, vanilla);
  }

  write(chunk: Uint8Array): Generator<Uint8Array> {
    return this.#run(chunk, Z_NO_FLUSH);
  }

  finish(): Generator<Uint8Array> {
    return this.#run(nothing, Z_FINISH);
  }

  reset(): void {
    zlibDeflateReset(this.#stream);
    this.#stream.input = nothing;
  }

  *#run(input: Uint8Array, flush: typeof Z_NO_FLUSH | typeof Z_FINISH): Generator<Uint8Array> {
    const stream = this.#stream;
    stream.input = input;
    stream.next_in = 0;
    stream.avail_in = input.length;
    do {
      stream.output = this.#output;
      stream.next_out = 0;
      stream.avail_out = outputStep;
      zlibDeflate(stream, flush);
      if (stream.next_out > 0) yield this.#output.subarray(0, stream.next_out);
      // Output that ends inside of its room is all that there is for now.
    } while (stream.avail_out === 0);
  }
}

/**
 * Encoders that nobody uses. Making one costs as much as deflating a class file, so they are kept: undoing and redoing a jar of small files
 * is twice as fast for it.
 */
const idle = new Map<number, Encoder[]>();
const idleLimit = 2;

function borrowEncoder(parameters: DeflateParameters): Encoder {
  const code = deflateCode(parameters);
  return idle.get(code)?.pop() ?? newEncoder(parameters, code);
}

function newEncoder(parameters: DeflateParameters, code: number): Encoder {
  const { encoder, level } = parameters;
  switch (encoder) {
    case 'zlib':
    case 'chromium':
      return new ZlibEncoder(parameters);
    case 'go':
      return level === 1 ? new GoSpeedEncoder(code) : new GoEncoder(level, code);
    case 'pigz':
      return new PigzEncoder(level, code);
  }
}

function giveBack(encoder: Encoder): void {
  const others = idle.get(encoder.code) ?? [];
  if (others.length >= idleLimit) return;
  encoder.reset();
  idle.set(encoder.code, [...others, encoder]);
}
