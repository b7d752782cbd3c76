import { ByteReader, type Bytes } from '@block-pack/core';
import { byName } from '../by-name.ts';
import { ClassLeveller } from '../class/class-leveller.ts';
import type { ClassSource } from '../class/class-source.ts';
import { amongOthers, type JoinedClasses, joinClasses } from '../class/join-classes.ts';
import { levelBase, restoredClasses } from '../class/level-classes.ts';
import { PlainClassSource } from '../class/unit-streams.ts';
import { SectionMixer } from '../mixing/section-mixer.ts';
import { decodePrograms, type Programs } from '../native/programs.ts';
import { allowedCost, costOf, type DifferenceBase } from './allowance.ts';
import { coverSteps } from './apply-covers.ts';
import {
  type AllowedSections,
  type ComingEarly,
  type ComingSection,
  comingSections,
  type DifferenceHead,
  readHead,
} from './coming-sections.ts';
import type { Window } from './cover.ts';
import { deltaInvalid } from './delta-invalid.ts';
import type { MadeEarly } from './early-streams.ts';
import { EarlyThreads, earlyProgram } from './early-threads.ts';
import { FilledWindow } from './filled-window.ts';
import { chunksOf } from './made-chunks.ts';
import { unpackStreams } from './packing.ts';
import { decodePieces } from './pieces.ts';
import { readPieces } from './read-pieces.ts';
import { levelsClasses, mixableStreams, predictsReferences, transformStreams } from './section.ts';

/**
 * Makes the contents of a difference, one behind the other, from the very bases it was written for, in their order. It checks that all
 * is well formed; whether the result is right only its digest can tell.
 * @param size bytes that the contents have together; a difference that says otherwise is refused before anything is made
 * @param allowed what its sections may have
 * @throws DELTA_INVALID
 */
export async function* applyDifference(
  bases: readonly DifferenceBase[],
  difference: Bytes,
  size: number,
  allowed: AllowedSections = {},
): Bytes {
  const opened = new OpenDifference(difference, allowed);
  try {
    yield* opened.contents(bases, size);
  } finally {
    await opened.close();
  }
}

/**
 * A difference that is read ahead by a section, the first one before its bases are there: what needs no base is made by another thread meanwhile. To be
 * closed in any case.
 */
export class OpenDifference {
  readonly #reader: ByteReader;
  readonly #head: Promise<DifferenceHead>;
  readonly #sections: AsyncGenerator<ComingSection, undefined>;
  readonly #threads: EarlyThreads;
  #next: Promise<IteratorResult<ComingSection, undefined>>;

  constructor(difference: Bytes, allowed: AllowedSections, program = earlyProgram) {
    this.#reader = new ByteReader(difference, () => deltaInvalid('it ends too early'));
    this.#head = readHead(this.#reader);
    this.#threads = new EarlyThreads(program);
    this.#sections = comingSections(this.#reader, this.#head, allowed, this.#threads);
    this.#next = this.#ahead();
  }

  /** As {@link applyDifference}. */
  async *contents(bases: readonly DifferenceBase[], size: number): Bytes {
    const head = await this.#head;
    if (head.count !== bases.length)
      throw deltaInvalid(`it was made for ${head.count} bases, not for ${bases.length}`);
    if (head.size !== size) throw deltaInvalid(`it makes ${head.size} bytes, and ${size} are needed`);
    const left = { cost: allowedCost(size) };
    for (;;) {
      const { value: section } = await this.#next;
      if (section === undefined) break;
      this.#next = this.#ahead();
      yield* chunksOf(await makeSection(section, bases, left));
    }
    if (!(await this.#reader.atEnd())) throw deltaInvalid('bytes follow behind its end');
  }

  #ahead(): Promise<IteratorResult<ComingSection, undefined>> {
    const next = this.#sections.next();
    // Whoever stops early does not ask what is wrong with it.
    next.catch(() => {});
    return next;
  }

  async close(): Promise<void> {
    await this.#threads.close();
    await this.#reader.close();
  }
}

/**
 * What a section makes; a piece is good only until the next one is asked for.
 * @param left what this section and those behind it may cost, of which it spends something
 */
async function makeSection(
  { header, parts, early }: ComingSection,
  bases: readonly DifferenceBase[],
  left: { cost: number },
): Promise<Iterable<Uint8Array>> {
  const { transform, form, newLength, baseLength, streams: lengths } = header;
  const unpacked = unpackStreams(lengths, parts);
  const streams = byName(transformStreams[transform], (_, place) => unpacked[place] as Uint8Array);
  const pieces = decodePieces(streams.pieces, bases, baseLength);
  left.cost -= costOf(pieces, bases);
  if (left.cost < 0) throw deltaInvalid('its sections ask for more of the bases than they may');
  const leveller = levelsClasses(transform) ? new ClassLeveller() : undefined;
  const { bytes } = leveller?.begin(baseLength, newLength, streams) ?? {
    bytes: new Uint8Array(baseLength + newLength),
  };
  await readPieces(pieces, bases, bytes);
  const mixable = mixableStreams(transform, form, unpacked, lengths.mixed);
  const mixer = lengths.mixed.size === 0 ? undefined : new SectionMixer(mixable, parts.at(-1));
  const base = bytes.subarray(0, baseLength);
  mixer?.mixTransform(base);
  putInto(unpacked, await early.ofTransform());
  const { levelled, classes } = await beforeCovers(early, () => ({
    levelled: leveller && levelBase(leveller, streams),
    classes:
      transform === 'units'
        ? unitClasses(mixer?.classes(base) ?? new PlainClassSource(streams), base, newLength)
        : undefined,
  }));
  putInto(unpacked, await early.all());
  mixer?.mixCovers();
  const filled = (length: number): FilledWindow => {
    const window = { bytes: bytes.subarray(0, baseLength + length), baseLength };
    const programs = predictsReferences(transform) && decodePrograms(streams.programs, baseLength, length);
    return new FilledWindow(window, steps(window, programs || undefined));
  };
  function* steps(window: Window, programs: Programs | undefined): Generator<number> {
    yield* coverSteps(window, streams, form, programs, mixer?.contents(window));
    mixer?.end();
  }
  if (leveller !== undefined) return restoredClasses(leveller, levelled ?? [], filled);
  if (classes === undefined) return filled(newLength).rest(baseLength);
  return amongOthers(classes, filled(newLength - classes.bytes.length));
}

function putInto(streams: readonly Uint8Array[], made: MadeEarly): void {
  for (const [place, stream] of made.entries()) streams[place]?.set(stream);
}

/** What is made while another thread finds where covers lie. If that one fails it is said first, as it is where there is no other thread. */
async function beforeCovers<T>(early: ComingEarly, make: () => T): Promise<T> {
  try {
    return make();
  } catch (error) {
    await early.all();
    throw error;
  }
}

function unitClasses(from: ClassSource, base: Uint8Array, newLength: number): JoinedClasses {
  const classes = joinClasses(base, newLength, from);
  from.end();
  return classes;
}
