import { BlockPackError, concat } from '@block-pack/core';
import { VarintReader, VarintWriter } from '../varint.ts';

/**
 * Numbers and texts of many kinds, each kind in a row of its own: what resembles each other stands together, so that what compresses the bytes finds it.
 * The names are in the order of the format.
 */
export class ColumnWriter<Name extends string> {
  readonly #columns: ReadonlyMap<Name, VarintWriter>;

  constructor(names: readonly Name[]) {
    this.#columns = new Map(names.map((name) => [name, new VarintWriter()]));
  }

  number(name: Name, value: number): void {
    this.#column(name).add(value);
  }

  signed(name: Name, value: number): void {
    this.#column(name).addSigned(value);
  }

  bytes(name: Name, bytes: Uint8Array): void {
    this.#column(name).addBytes(bytes);
  }

  /** For every column its length, then the columns. */
  encode(): Uint8Array {
    const lengths = new VarintWriter();
    const columns = [...this.#columns.values()].map((column) => column.bytes());
    for (const column of columns) lengths.add(column.length);
    return concat([lengths.bytes(), ...columns]);
  }

  #column(name: Name): VarintWriter {
    return this.#columns.get(name) ?? fail(name);
  }
}

/** Reads what a {@link ColumnWriter} wrote. @throws DELTA_INVALID for whatever is not there, and by {@link end} for what is left */
export class ColumnReader<Name extends string> {
  readonly #columns: ReadonlyMap<Name, VarintReader>;

  constructor(names: readonly Name[], bytes: Uint8Array) {
    const all = new VarintReader(bytes, 'its columns', skeletonInvalid);
    const lengths = names.map((name) => [name, all.next()] as const);
    this.#columns = new Map(
      lengths.map(([name, length]) => [
        name,
        new VarintReader(all.take(length), `bytes of its column "${name}"`, skeletonInvalid),
      ]),
    );
    all.end();
  }

  number(name: Name): number {
    return this.#column(name).next();
  }

  signed(name: Name): number {
    return this.#column(name).nextSigned();
  }

  /** A view, not a copy. */
  bytes(name: Name, length: number): Uint8Array {
    return this.#column(name).take(length);
  }

  /** Bytes that a column still has: no more things can come from it. */
  left(name: Name): number {
    return this.#column(name).left;
  }

  end(): void {
    for (const column of this.#columns.values()) column.end();
  }

  #column(name: Name): VarintReader {
    return this.#columns.get(name) ?? fail(name);
  }
}

export function skeletonInvalid(flaw: string, cause?: unknown): BlockPackError {
  return new BlockPackError('DELTA_INVALID', `the skeleton of an archive is damaged: ${flaw}`, {
    hint: 'Get it again; if it stays so, make it again.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function fail(name: string): never {
  throw new RangeError(`there is no column "${name}"`);
}
