import { BlockPackError, concat } from '@block-pack/core';
import { byName } from '../by-name.ts';
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
  readonly of: Readonly<Record<Name, VarintReader>>;
  readonly #names: readonly Name[];

  constructor(names: readonly Name[], bytes: Uint8Array) {
    const all = new VarintReader(bytes, 'its columns', skeletonInvalid);
    const lengths = names.map(() => all.next());
    this.#names = names;
    this.of = byName(names, (name, i) => {
      const column = all.take(lengths[i] as number);
      return new VarintReader(column, `bytes of its column "${name}"`, skeletonInvalid);
    });
    all.end();
  }

  end(): void {
    for (const name of this.#names) this.of[name].end();
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
