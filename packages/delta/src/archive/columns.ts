import { BlockPackError, concat } from '@block-pack/core';

/**
 * Numbers and texts of many kinds, each kind in a row of its own: what resembles each other stands together, so that what compresses the bytes finds it.
 * The names are in the order of the format.
 */
export class ColumnWriter<Name extends string> {
  readonly #columns: ReadonlyMap<Name, Column>;

  constructor(names: readonly Name[]) {
    this.#columns = new Map(names.map((name) => [name, new Column()]));
  }

  number(name: Name, value: number): void {
    this.#column(name).number(value);
  }

  /** A number of either sign, folded: 0, -1, 1, -2 as 0, 1, 2, 3. */
  signed(name: Name, value: number): void {
    this.#column(name).number(value < 0 ? -2 * value - 1 : 2 * value);
  }

  bytes(name: Name, bytes: Uint8Array): void {
    this.#column(name).bytes(bytes);
  }

  /** For every column its length, then the columns. */
  encode(): Uint8Array {
    const lengths = new Column();
    const columns = [...this.#columns.values()].map((column) => column.written());
    for (const column of columns) lengths.number(column.length);
    return concat([lengths.written(), ...columns]);
  }

  #column(name: Name): Column {
    return this.#columns.get(name) ?? fail(name);
  }
}

class Column {
  #room = new Uint8Array(256);
  #length = 0;

  number(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#room[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#room[this.#length++] = rest;
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#room.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  written(): Uint8Array {
    return this.#room.subarray(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#room.length) return;
    const larger = new Uint8Array(2 * (this.#length + count));
    larger.set(this.#room);
    this.#room = larger;
  }
}

/** Reads what a {@link ColumnWriter} wrote. @throws DELTA_INVALID for whatever is not there, and by {@link end} for what is left */
export class ColumnReader<Name extends string> {
  readonly #columns: ReadonlyMap<Name, Cursor>;

  constructor(names: readonly Name[], bytes: Uint8Array) {
    const all = new Cursor(bytes);
    const lengths = names.map((name) => [name, all.number()] as const);
    this.#columns = new Map(lengths.map(([name, length]) => [name, new Cursor(all.bytes(length))]));
    if (all.left > 0) throw skeletonInvalid('it goes on behind its last column');
  }

  number(name: Name): number {
    return this.#column(name).number();
  }

  signed(name: Name): number {
    const folded = this.#column(name).number();
    return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
  }

  /** A view, not a copy. */
  bytes(name: Name, length: number): Uint8Array {
    return this.#column(name).bytes(length);
  }

  /** Bytes that a column still has: no more things can come from it. */
  left(name: Name): number {
    return this.#column(name).left;
  }

  end(): void {
    for (const [name, column] of this.#columns)
      if (column.left > 0) throw skeletonInvalid(`${column.left} bytes of its column "${name}" mean nothing`);
  }

  #column(name: Name): Cursor {
    return this.#columns.get(name) ?? fail(name);
  }
}

/** Bytes of 53 bits, which is what a number holds exactly. */
const longestNumber = 8;

class Cursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  number(): number {
    let value = 0;
    let scale = 1;
    for (let length = 1; length <= longestNumber; length++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw skeletonInvalid('a column ends within a number');
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
      if (byte < 0x80 && Number.isSafeInteger(value)) return value;
    }
    throw skeletonInvalid('a number is too large');
  }

  bytes(length: number): Uint8Array {
    if (length > this.left) throw skeletonInvalid('a column ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

export function skeletonInvalid(flaw: string): BlockPackError {
  return new BlockPackError('DELTA_INVALID', `the skeleton of an archive is damaged: ${flaw}`, {
    hint: 'Get it again; if it stays so, make it again.',
  });
}

function fail(name: string): never {
  throw new RangeError(`there is no column "${name}"`);
}
