import { type Bytes, collect, type RandomAccess, readRange } from '@block-pack/core';
import { atOnceSize, inflate, inflateAtOnce, NotInflated } from '../deflate/inflate.ts';
import type { DeflatedPlace } from '../difference/allowance.ts';
import { skeletonInvalid } from './columns.ts';
import { innerAccess, type KeepBytes, type Layout, type Part } from './read-layout.ts';
import type { Position } from './recipe.ts';
import type { ZipEntryPart } from './zip-layout.ts';

/**
 * Reads parts of an archive by their positions. Each archive inside of it is unpacked once, however often and in whatever order its parts are
 * asked for; `keep` says where it lies from then on, without it in memory.
 */
export class ArchiveReader {
  readonly #source: RandomAccess;
  readonly #layout: Layout;
  readonly #keep: KeepBytes | undefined;
  readonly #inside = new Map<number, Promise<ArchiveReader>>();

  constructor(source: RandomAccess, layout: Layout, keep?: KeepBytes) {
    this.#source = source;
    this.#layout = layout;
    this.#keep = keep;
  }

  /** A part's bytes as they lie in the archive. */
  async *packed(position: Position): Bytes {
    const { source, part } = await this.#find(position);
    if (part.kind === 'entry') yield* readRange(source, part.offset, part.facts.packedSize);
    else if ('size' in part) yield* readRange(source, part.offset, part.size);
  }

  /** A part's bytes as they lie in the archive, to be read anywhere: they may be more than fit into memory. */
  access(position: Position, size: number): RandomAccess {
    const read = async (offset: number, length: number, room?: Uint8Array): Promise<Uint8Array> => {
      const { source, part } = await this.#find(position);
      if (part.kind === 'symlink' || part.kind === 'directory') throw new RangeError('a link has no bytes');
      return await source.read(part.offset + offset, length, room);
    };
    return { size, read };
  }

  /** A part's content: unpacked, where it is deflated. @throws DELTA_INVALID where it cannot be, since nobody should ask then */
  async *content(position: Position): Bytes {
    const { source, part } = await this.#find(position);
    if (part.kind !== 'entry' || part.head.form.method !== 8) {
      yield* this.packed(position);
      return;
    }
    const { packedSize, size } = part.facts;
    if (isSmall(part)) {
      yield await smallContent(source, part);
      return;
    }
    try {
      yield* inflate(this.packed(position), packedSize, size);
    } catch (error) {
      throw error instanceof NotInflated ? notUnpacked() : error;
    }
  }

  /** The content of a part that is deflated, in one array. @throws DELTA_INVALID where it cannot be had */
  async unpacked(position: Position, size: number): Promise<Uint8Array> {
    const { source, part } = await this.#find(position);
    if (part.kind === 'entry' && isSmall(part)) return smallContent(source, part);
    return collect(this.content(position), size, 'A part of an archive');
  }

  /** Where the content of an entry lies deflated. */
  deflated(position: Position): DeflatedPlace | Promise<DeflatedPlace> {
    const found = this.#find(position);
    return found instanceof Promise ? found.then(placeOf) : placeOf(found);
  }

  #find(position: Position): FoundPart | Promise<FoundPart> {
    const [at] = position;
    const part = at === undefined ? undefined : this.#layout.parts[at];
    if (at === undefined || part === undefined) throw new RangeError(`no part at ${position.join('.')}`);
    if (position.length === 1) return { source: this.#source, part };
    return this.#innerReader(at, part).then((inner) => inner.#find(position.slice(1)));
  }

  #innerReader(at: number, part: Part): Promise<ArchiveReader> {
    const known = this.#inside.get(at) ?? this.#openInner(at, part);
    this.#inside.set(at, known);
    return known;
  }

  async #openInner(at: number, part: Part): Promise<ArchiveReader> {
    const layout = this.#layout.nested.get(at);
    const source = layout && (await innerAccess(this.#source, part, this.#keep));
    if (layout === undefined || source === undefined) throw new RangeError(`part ${at} holds no archive`);
    return new ArchiveReader(source, layout, this.#keep);
  }
}

interface FoundPart {
  readonly source: RandomAccess;
  readonly part: Part;
}

function placeOf({ source, part }: FoundPart): DeflatedPlace {
  if (part.kind !== 'entry') throw new RangeError('only an entry is deflated');
  const { packedSize, crc32 } = part.facts;
  return { source, offset: part.offset, packedSize, crc32 };
}

function isSmall({ facts: { packedSize, size } }: ZipEntryPart): boolean {
  return Math.max(packedSize, size) <= atOnceSize;
}

async function smallContent(source: RandomAccess, { offset, facts }: ZipEntryPart): Promise<Uint8Array> {
  const content = inflateAtOnce(await source.read(offset, facts.packedSize), facts.size);
  if (content === undefined) throw notUnpacked();
  return content;
}

function notUnpacked(): Error {
  return skeletonInvalid('it uses a part that cannot be unpacked');
}
