import { concat } from '../bytes.ts';

/** Strings as SSH writes them: four bytes of length, most significant first, and then as many bytes. @see https://www.rfc-editor.org/rfc/rfc4251#section-5 */
export function encodeSshFields(...fields: readonly Uint8Array[]): Uint8Array {
  return concat(fields.flatMap((field) => [lengthOf(field), field]));
}

function lengthOf({ length }: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, length);
  return bytes;
}

/** Reads what {@link encodeSshFields} writes, one after the other. */
export class SshFields {
  readonly #bytes: Uint8Array;
  readonly #fault: (flaw: string) => Error;
  #at = 0;

  /** @param fault makes the error for bytes that end too early */
  constructor(bytes: Uint8Array, fault: (flaw: string) => Error) {
    this.#bytes = bytes;
    this.#fault = fault;
  }

  take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw this.#fault('it ends too early');
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return bytes;
  }

  number(): number {
    const { buffer, byteOffset } = this.take(4);
    return new DataView(buffer, byteOffset).getUint32(0);
  }

  bytes(): Uint8Array {
    return this.take(this.number());
  }

  /** For names, which are ASCII. */
  text(): string {
    return new TextDecoder('latin1').decode(this.bytes());
  }

  rest(): Uint8Array {
    return this.take(this.#bytes.length - this.#at);
  }
}
