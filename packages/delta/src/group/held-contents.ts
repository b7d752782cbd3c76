import type { ArchiveReader } from '../archive/archive-reader.ts';
import type { Position } from '../archive/recipe.ts';
import type { DeflatedPlace, DifferenceBase } from '../difference/allowance.ts';

/** Contents that are inflated when they are read. The last one stays in memory, since it is read in pieces. */
export class HeldContents {
  #last: { readonly of: DifferenceBase; readonly bytes: Promise<Uint8Array> } | undefined;

  /** That of an entry that is deflated. @param size of the content */
  access(reader: ArchiveReader, position: Position, size: number): DifferenceBase {
    return new DeflatedContent(reader, position, size, this);
  }

  bytes(of: DifferenceBase, load: () => Promise<Uint8Array>): Promise<Uint8Array> {
    if (this.#last?.of !== of) this.#last = { of, bytes: load() };
    return this.#last.bytes;
  }
}

class DeflatedContent implements DifferenceBase {
  readonly unpacked = true;
  readonly size: number;
  readonly #reader: ArchiveReader;
  readonly #position: Position;
  readonly #held: HeldContents;

  constructor(reader: ArchiveReader, position: Position, size: number, held: HeldContents) {
    this.size = size;
    this.#reader = reader;
    this.#position = position;
    this.#held = held;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = await this.#held.bytes(this, () => this.#reader.unpacked(this.#position, this.size));
    if (offset + length > bytes.length) throw new RangeError(`read past the end: ${offset}+${length}`);
    return bytes.subarray(offset, offset + length);
  }

  deflated(): DeflatedPlace | Promise<DeflatedPlace> {
    return this.#reader.deflated(this.#position);
  }
}
