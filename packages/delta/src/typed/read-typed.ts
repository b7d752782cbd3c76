import { ByteReader, type Bytes } from '@block-pack/core';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import { readMagic } from '../difference/read-magic.ts';
import { joinSection, type PackedSection, readPackedSection } from './packed-section.ts';
import { SectionThread, sectionProgram } from './section-thread.ts';
import { typedMagic, typedSectionLength, typedSectionLimit } from './write-typed.ts';

export interface ReadTypedOptions {
  /** Of a thread that makes sections, where that is worth it. */
  readonly program?: URL | undefined;
  /** Most bytes that mixed values have, if it is less than the format allows. */
  readonly mixed?: number | undefined;
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
    program = size > typedSectionLength ? sectionProgram() : undefined,
    mixed = Number.POSITIVE_INFINITY,
  }: ReadTypedOptions = {},
): Bytes {
  const reader = new ByteReader(typed, () => deltaInvalid('it ends too early'));
  const room = Math.min(size, typedSectionLimit);
  try {
    await readMagic(reader, typedMagic, 'typed contents of version 2 do');
    const sections = packedSections(reader, size, mixed);
    yield* program === undefined ? madeHere(sections, room) : madeBeside(sections, room, program);
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

async function* madeHere(sections: AsyncIterable<PackedSection>, roomSize: number): Bytes {
  // For all sections: fresh memory for each would cost the system more than to fill it.
  const room = new Uint8Array(roomSize);
  for await (const section of sections) yield joinSection(section, room);
}

/** Another thread makes a section while the one before is used. */
async function* madeBeside(sections: AsyncIterable<PackedSection>, roomSize: number, program: URL): Bytes {
  const thread = new SectionThread(program, roomSize);
  const make = async (section: PackedSection) =>
    (await thread.join(section)) ?? joinSection(section, new Uint8Array(section.length));
  async function* used(making: Promise<Uint8Array>): Bytes {
    const made = await making;
    yield made;
    thread.recycle(made);
  }
  try {
    let before: Promise<Uint8Array> | undefined;
    for await (const section of sections) {
      const making = make(section);
      // Whoever stops early does not wait for it.
      making.catch(() => {});
      if (before !== undefined) yield* used(before);
      before = making;
    }
    if (before !== undefined) yield* used(before);
  } finally {
    await thread.close();
  }
}
