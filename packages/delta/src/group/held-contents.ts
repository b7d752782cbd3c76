import type { DifferenceBase } from '../difference/allowance.ts';

/** Contents that are made when they are read. The last one stays in memory, since it is read in pieces. */
export class HeldContents {
  #last: { readonly access: DifferenceBase; readonly bytes: Promise<Uint8Array> } | undefined;

  access(size: number, load: () => Promise<Uint8Array>): DifferenceBase {
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      if (this.#last?.access !== access) this.#last = { access, bytes: load() };
      const bytes = await this.#last.bytes;
      if (offset + length > bytes.length) throw new RangeError(`read past the end: ${offset}+${length}`);
      return bytes.subarray(offset, offset + length);
    };
    const access: DifferenceBase = { size, read, unpacked: true };
    return access;
  }
}
