import { VarintReader } from '../varint.ts';
import type { Window } from './cover.ts';
import { deltaInvalid } from './delta-invalid.ts';
import { Origins, originCount } from './origins.ts';
import type { CoverStreams, DifferenceForm } from './streams.ts';

/**
 * Fills the window behind its base with the new bytes.
 * @throws DELTA_INVALID for whatever leads out of the window, and for streams that are not used up exactly
 */
export function applyCovers(
  { bytes, baseLength }: Window,
  streams: CoverStreams,
  form: DifferenceForm,
): void {
  const coverLengths = new VarintReader(streams.coverLengths, 'lengths of covers', deltaInvalid);
  const literalLengths = new VarintReader(streams.literalLengths, 'lengths of literals', deltaInvalid);
  const chosen = new VarintReader(streams.origins, 'origins', deltaInvalid);
  const seeks = new VarintReader(streams.seeks, 'seeks', deltaInvalid);
  const literals = new VarintReader(streams.literals, 'literals', deltaInvalid);
  const differences = new Differences(streams, form);
  const origins = new Origins();
  let at = baseLength;
  const room = (length: number): number => {
    if (length > bytes.length - at) throw deltaInvalid('more new bytes than the section says');
    return length;
  };
  while (!coverLengths.atEnd) {
    const literal = room(literalLengths.next());
    bytes.set(literals.take(literal), at);
    at += literal;
    const length = room(coverLengths.next());
    if (length === 0) throw deltaInvalid('a cover of no bytes');
    const origin = chosen.nextByte();
    if (origin >= originCount) throw deltaInvalid(`a cover from origin ${origin} of ${originCount}`);
    const seek = seeks.nextSigned();
    const source = origins.end(origin) + seek;
    if (source < 0 || source >= at) throw deltaInvalid('a cover of bytes that are not there');
    differences.copy(bytes, at, source, length);
    origins.pass(origin, seek, source + length);
    at += length;
  }
  bytes.set(literals.take(bytes.length - at), at);
  for (const stream of [literalLengths, chosen, seeks, literals, differences]) stream.end();
}

/** Copies covers, and changes those bytes in them that differ. */
class Differences {
  readonly #runs: VarintReader;
  readonly #values: VarintReader;
  /** Bytes until the next one that differs. */
  #run: number;

  constructor(streams: CoverStreams, form: DifferenceForm) {
    this.#runs = new VarintReader(streams.differences, 'differences', deltaInvalid);
    const values = new VarintReader(streams.values, 'values of differences', deltaInvalid);
    if (form === 'joined') values.end();
    this.#values = form === 'joined' ? this.#runs : values;
    this.#run = this.#nextRun();
  }

  copy(bytes: Uint8Array, target: number, source: number, length: number): void {
    let done = 0;
    while (done < length) {
      const agreeing = Math.min(this.#run, length - done);
      copyAgain(bytes, target + done, source + done, agreeing);
      this.#run -= agreeing;
      done += agreeing;
      if (done === length) return;
      bytes[target + done] = (bytes[source + done] as number) + this.#values.nextByte();
      done++;
      this.#run = this.#nextRun();
    }
  }

  end(): void {
    this.#runs.end();
    this.#values.end();
    if (this.#run !== Number.POSITIVE_INFINITY) throw deltaInvalid('a difference behind the last cover');
  }

  /** After the last difference, all agrees. */
  #nextRun(): number {
    return this.#runs.atEnd ? Number.POSITIVE_INFINITY : this.#runs.next();
  }
}

/** Below this, a loop is faster than a call. */
const shortCopy = 32;

/** A source may reach into its target: then what is copied first is copied again. */
function copyAgain(bytes: Uint8Array, target: number, source: number, length: number): void {
  if (length >= shortCopy && source + length <= target) {
    bytes.copyWithin(target, source, source + length);
    return;
  }
  for (let i = 0; i < length; i++) bytes[target + i] = bytes[source + i] as number;
}
