import { copyBytes } from '../copy-bytes.ts';
import type { MixedContents } from '../mixing/mixed-covers.ts';
import type { Programs } from '../native/programs.ts';
import { ReferencePrediction } from '../native/reference-prediction.ts';
import { VarintReader } from '../varint.ts';
import { type Cover, isOfBase, type Window } from './cover.ts';
import { deltaInvalid } from './delta-invalid.ts';
import { Origins, originCount } from './origins.ts';
import type { CoverStreams, DifferenceForm } from './streams.ts';

/**
 * Fills the window behind its base with the new bytes.
 * @param programs native code, whose references are predicted
 * @param mixed fills streams that are mixed, each byte before it is read
 * @throws DELTA_INVALID for whatever leads out of the window, and for streams that are not used up exactly
 */
export function applyCovers(...filling: Parameters<typeof coverSteps>): void {
  for (const _ of coverSteps(...filling));
}

/** Bytes that are filled in before it is said how far that came. */
const stepLength = 1 << 15;

/** {@link applyCovers} step by step: each says how far it came. Only behind the last is it known that all was right. */
export function* coverSteps(
  window: Window,
  streams: CoverStreams,
  form: DifferenceForm,
  programs?: Programs,
  mixed?: MixedContents,
): Generator<number> {
  const { bytes, baseLength } = window;
  const literals = new VarintReader(streams.literals, 'literals', deltaInvalid);
  const differences = new Differences(streams, form, mixed);
  const prediction = programs && new ReferencePrediction(window, programs, coversOf(window, streams));
  const correct = (from: number, to: number): void => differences.correct(bytes, from, to);
  let at = baseLength;
  let sourceEnd = 0;
  let said = at;
  for (const cover of coversOf(window, streams)) {
    mixed?.literals(at, cover.target - at, sourceEnd);
    bytes.set(literals.take(cover.target - at), at);
    at = cover.target + cover.length;
    sourceEnd = cover.source + cover.length;
    if (prediction !== undefined && isOfBase(cover, baseLength)) prediction.copy(cover, correct);
    else differences.copy(bytes, cover);
    if (at - said < stepLength) continue;
    yield at;
    said = at;
  }
  mixed?.literals(at, bytes.length - at, sourceEnd);
  bytes.set(literals.take(bytes.length - at), at);
  for (const stream of [literals, differences]) stream.end();
}

/** The covers that the streams say, in the order of their targets. */
function* coversOf({ bytes, baseLength }: Window, streams: CoverStreams): Iterable<Cover> {
  const coverLengths = new VarintReader(streams.coverLengths, 'lengths of covers', deltaInvalid);
  const literalLengths = new VarintReader(streams.literalLengths, 'lengths of literals', deltaInvalid);
  const chosen = new VarintReader(streams.origins, 'origins', deltaInvalid);
  const seeks = new VarintReader(streams.seeks, 'seeks', deltaInvalid);
  const origins = new Origins();
  let at = baseLength;
  const room = (length: number): number => {
    if (length > bytes.length - at) throw deltaInvalid('more new bytes than the section says');
    return length;
  };
  while (!coverLengths.atEnd) {
    at += room(literalLengths.next());
    const length = room(coverLengths.next());
    if (length === 0) throw deltaInvalid('a cover of no bytes');
    const origin = chosen.nextByte();
    if (origin >= originCount) throw deltaInvalid(`a cover from origin ${origin} of ${originCount}`);
    const seek = seeks.nextSigned();
    const source = origins.end(origin) + seek;
    if (source < 0 || source >= at) throw deltaInvalid('a cover of bytes that are not there');
    yield { target: at, source, length };
    origins.pass(origin, seek, source + length);
    at += length;
  }
  for (const stream of [literalLengths, chosen, seeks]) stream.end();
}

/** Copies covers, and changes those bytes in them that differ. */
class Differences {
  readonly #runs: VarintReader;
  readonly #values: VarintReader;
  readonly #mixed: MixedContents | undefined;
  /** Bytes until the next one that differs. */
  #run: number;

  constructor(streams: CoverStreams, form: DifferenceForm, mixed: MixedContents | undefined) {
    this.#mixed = mixed;
    this.#runs = new VarintReader(streams.differences, 'differences', deltaInvalid);
    const values = new VarintReader(streams.values, 'values of differences', deltaInvalid);
    if (form === 'joined') values.end();
    this.#values = form === 'joined' ? this.#runs : values;
    this.#run = this.#nextRun();
  }

  /** A source may reach into its target: what is corrected there is copied again. */
  copy(bytes: Uint8Array, { target, source, length }: Cover): void {
    const distance = target - source;
    for (let done = 0; done < length; done += distance) {
      const end = Math.min(length, done + distance);
      copyBytes(bytes, source + done, source + end, bytes, target + done);
      this.correct(bytes, target + done, target + end);
    }
  }

  /** Changes those bytes between two positions that differ from what is expected there. */
  correct(bytes: Uint8Array, from: number, to: number): void {
    let at = from;
    while (this.#run < to - at) {
      at += this.#run;
      this.#mixed?.value(at);
      bytes[at] = (bytes[at] as number) + this.#values.nextByte();
      at++;
      this.#run = this.#nextRun();
    }
    this.#run -= to - at;
  }

  end(): void {
    this.#runs.end();
    this.#values.end();
    if (this.#run !== Number.POSITIVE_INFINITY) throw deltaInvalid('a difference behind the last cover');
  }

  /** After the last difference, all agrees. */
  #nextRun(): number {
    if (this.#runs.atEnd) return Number.POSITIVE_INFINITY;
    this.#mixed?.run();
    return this.#runs.next();
  }
}
