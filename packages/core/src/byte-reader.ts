import { type Bytes, concat } from './bytes.ts';

/** Reads a stream in pieces of wanted lengths. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #endsTooEarly: () => Error;
  #chunk: Uint8Array = new Uint8Array();
  #ended = false;

  /** @param endsTooEarly makes the error for a stream that ends before what is asked for */
  constructor(content: Bytes, endsTooEarly: () => Error) {
    this.#source = content[Symbol.asyncIterator]();
    this.#endsTooEarly = endsTooEarly;
  }

  /** Exactly the next `length` bytes, in one array: for small lengths. */
  async take(length: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let missing = length;
    while (missing > 0) {
      const piece = await this.#some(missing);
      // A copy, since the source may use its array again for the next.
      pieces.push(new Uint8Array(piece));
      missing -= piece.length;
    }
    return concat(pieces, length);
  }

  /** Exactly the next `length` bytes, if they came together and are here already. A view, good only until more is asked for. */
  atHand(length: number): Uint8Array | undefined {
    if (length > this.#chunk.length) return undefined;
    const piece = this.#chunk.subarray(0, length);
    this.#chunk = this.#chunk.subarray(length);
    return piece;
  }

  /** The next `length` bytes as a stream. What is read of it is read from this reader; iterating again goes on where it was left. */
  part(length: number): Bytes {
    let missing = length;
    const next = async (): Promise<IteratorResult<Uint8Array>> => {
      if (missing === 0) return { done: true, value: undefined };
      const piece = await this.#some(missing);
      missing -= piece.length;
      return { done: false, value: piece };
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  /** All that has not been read yet. */
  async *rest(): Bytes {
    while (await this.#fill()) yield await this.#some(this.#chunk.length);
  }

  async atEnd(): Promise<boolean> {
    return !(await this.#fill());
  }

  async close(): Promise<void> {
    if (!this.#ended) await this.#source.return?.();
  }

  async #some(most: number): Promise<Uint8Array> {
    if (!(await this.#fill())) throw this.#endsTooEarly();
    const piece = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(piece.length);
    return piece;
  }

  async #fill(): Promise<boolean> {
    while (this.#chunk.length === 0 && !this.#ended) {
      const next = await this.#source.next();
      if (next.done === true) this.#ended = true;
      else this.#chunk = next.value;
    }
    return this.#chunk.length > 0;
  }
}
