import { availableParallelism } from 'node:os';
import { ByteReader, type Bytes } from '@block-pack/core';
import { ClassJoiner } from '../class/class-joiner.ts';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import { readMagic } from '../difference/read-magic.ts';
import { joinSection, type PackedSection, readPackedSection } from './packed-section.ts';
import { SectionThreads, sectionProgram, sectionThreadsFor } from './section-threads.ts';
import { typedMagic, typedSectionLength, typedSectionLimit } from './write-typed.ts';

export interface ReadTypedOptions {
  /** Most bytes that mixed values have, if it is less than the format allows. */
  readonly mixed?: number | undefined;
  /** Threads that the machine runs at once; with one, no other makes sections. */
  readonly processors?: number;
  /** What threads run that make sections. */
  readonly program?: URL;
}

/**
 * Undoes `writeTyped`. It checks that all is well formed; whether the contents are right only their digests can tell.
 * @param size bytes that the contents have together; more are never made
 * @throws DELTA_INVALID
 */
export async function* readTyped(
  typed: Bytes,
  size: number,
  {
    mixed = Number.POSITIVE_INFINITY,
    // As a rule, less is one section.
    processors = size > typedSectionLength ? availableParallelism() : 1,
    program = sectionProgram,
  }: ReadTypedOptions = {},
): Bytes {
  const reader = new ByteReader(typed, () => deltaInvalid('it ends too early'));
  const room = Math.min(size, typedSectionLimit);
  try {
    await readMagic(reader, typedMagic, 'typed contents of version 4 do');
    const sections = packedSections(reader, size, mixed);
    yield* joinSections(sections, room, { processors, program });
    if (!(await reader.atEnd())) throw deltaInvalid('bytes follow behind its end');
  } finally {
    await reader.close();
  }
}

async function* packedSections(
  reader: ByteReader,
  size: number,
  mostMixed: number,
): AsyncIterable<PackedSection> {
  let mixed = 0;
  for (let missing = size; missing > 0; ) {
    const section = await readPackedSection(reader, missing);
    missing -= section.length;
    mixed += section.streams.raw.at(-1) ?? 0;
    if (mixed > mostMixed) throw deltaInvalid('mixed values have more bytes than they may');
    yield section;
  }
}

/** A section whose turn has not come. */
interface ComingSection {
  readonly section: PackedSection;
  /** Its contents, where a thread makes them. */
  readonly joined: Promise<Uint8Array | undefined> | undefined;
}

/** Other threads make sections while those before are used. What they do not make is made here, at its turn: who sees why it cannot be made says so. */
async function* joinSections(
  sections: AsyncIterable<PackedSection>,
  roomSize: number,
  { processors, program }: { readonly processors: number; readonly program: URL },
): Bytes {
  let threads: SectionThreads | undefined;
  // For all sections that are made here: fresh memory for each would cost the system more than to fill it.
  const classes = ClassJoiner.take();
  let room: Uint8Array | undefined;
  const roomOf = (): Uint8Array => {
    room ??= new Uint8Array(roomSize);
    return room;
  };
  async function* used({ section, joined }: ComingSection): Bytes {
    const contents = await joined;
    if (contents === undefined) {
      yield joinSection(section, classes, roomOf);
      return;
    }
    yield contents;
    threads?.recycle(contents);
  }
  const coming: ComingSection[] = [];
  const failures: unknown[] = [];
  try {
    for await (const section of untilFailure(sections, failures)) {
      const count = sectionThreadsFor(section, processors);
      if (count > 0) threads ??= new SectionThreads(program, roomSize, count);
      coming.push({ section, joined: threads?.join(section) });
      const [next] = coming.length > (threads?.count ?? 0) ? coming.splice(0, 1) : [];
      if (next !== undefined) yield* used(next);
    }
    for (const section of coming) yield* used(section);
    // As where nothing is read ahead: what is wrong with those before is said first.
    for (const error of failures) throw error;
  } finally {
    classes.leave();
    await threads?.close();
  }
}

async function* untilFailure<T>(all: AsyncIterable<T>, failures: unknown[]): AsyncIterable<T> {
  try {
    yield* all;
  } catch (error) {
    failures.push(error);
  }
}
