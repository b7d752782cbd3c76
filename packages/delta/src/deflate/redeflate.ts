import { type Bytes, concat } from '@block-pack/core';
import type { DeflateParameters } from './deflate-parameters.ts';
import { GoEncoder } from './go-encoder.ts';
import { GoSpeedEncoder } from './go-speed-encoder.ts';
import { KlauspostEncoder } from './klauspost-encoder.ts';
import { PigzEncoder } from './pigz-encoder.ts';
import { ZlibEncoder } from './zlib-encoder.ts';

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
    giveBack(encoder, parameters);
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
    giveBack(encoder, parameters);
  }
}

const inputStep = 1 << 16;

interface Encoder {
  begin(parameters: DeflateParameters): void;
  write(chunk: Uint8Array): Generator<Uint8Array>;
  finish(): Generator<Uint8Array>;
}

/**
 * Encoders that nobody uses. Making one costs as much as deflating a class file, so they are kept: undoing and redoing a jar of small files
 * is twice as fast for it.
 */
const idle: Readonly<Record<EncoderKind, Encoder[]>> = {
  zlib: [],
  go: [],
  goSpeed: [],
  pigz: [],
  klauspost: [],
};
const idleLimit = 2;

type EncoderKind = keyof typeof newEncoder;

const newEncoder = {
  zlib: () => new ZlibEncoder(),
  go: () => new GoEncoder(),
  goSpeed: () => new GoSpeedEncoder(),
  pigz: () => new PigzEncoder(),
  klauspost: () => new KlauspostEncoder(),
} satisfies Record<string, () => Encoder>;

function kindOf({ encoder, level }: DeflateParameters): EncoderKind {
  switch (encoder) {
    case 'zlib':
    case 'chromium':
    case 'gzip':
      return 'zlib';
    case 'go':
      return level === 1 ? 'goSpeed' : 'go';
    case 'pigz':
      return 'pigz';
    case 'pgzip-1.15':
    case 'pgzip-1.18':
    case 'go-1.27':
      return 'klauspost';
  }
}

function borrowEncoder(parameters: DeflateParameters): Encoder {
  const kind = kindOf(parameters);
  const encoder = idle[kind].pop() ?? newEncoder[kind]();
  encoder.begin(parameters);
  return encoder;
}

function giveBack(encoder: Encoder, parameters: DeflateParameters): void {
  const others = idle[kindOf(parameters)];
  if (others.length < idleLimit) others.push(encoder);
}
