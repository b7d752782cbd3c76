import { posix } from 'node:path';
import { type RandomAccess, tarBlockSize } from '@block-pack/core';
import { paxRecords } from '../root/pax-records.ts';
import { type RawHeader, rawHeader, type TarFault, upToNul } from '../root/tar-fields.ts';

/** An entry of a tar archive: what it is called, and where its content lies. */
export type TarMember =
  | { readonly kind: 'file'; readonly path: string; readonly offset: number; readonly size: number }
  /** Of either sort; the target is relative to the archive. */
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'directory'; readonly path: string };

/** Bytes of a long name or of extended records. */
const extensionLimit = 1 << 20;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What goes before an entry and says more of it than its header can. */
interface Extension {
  readonly path?: string;
  readonly target?: string;
  readonly size?: number;
}

/**
 * Reads the headers of a tar archive in their order: ustar, GNU's long names and pax. What an archive of images cannot need is refused: sparse
 * files, devices, and records that would hold for all that follow.
 */
export class TarHeaderReader {
  readonly #bytes: RandomAccess;
  readonly #fault: TarFault;
  #at = 0;

  constructor(bytes: RandomAccess, fault: TarFault) {
    this.#bytes = bytes;
    this.#fault = fault;
  }

  /** Undefined at the end of the archive. */
  async next(): Promise<TarMember | undefined> {
    let extension: Extension = {};
    for (;;) {
      const block = await this.#take(tarBlockSize);
      if (block.every((byte) => byte === 0)) return undefined;
      const header = rawHeader(block, this.#fault);
      if (!'xgLK'.includes(header.type)) return this.#member(header, extension);
      const content = await this.#content(header.size);
      extension = { ...extension, ...this.#extension(header.type, content) };
    }
  }

  #extension(type: string, content: Uint8Array): Extension {
    if (type === 'L') return { path: this.#text(upToNul(content)) };
    if (type === 'K') return { target: this.#text(upToNul(content)) };
    const extension = this.#records(paxRecords(content, this.#fault));
    if (type === 'g' && Object.keys(extension).length > 0)
      throw this.#fault('a global header changes the names or sizes of all entries');
    return extension;
  }

  #records(records: ReadonlyMap<string, Uint8Array>): Extension {
    if ([...records.keys()].some((key) => key.startsWith('GNU.sparse.')))
      throw this.#fault('it has a sparse file');
    const [path, target, size] = ['path', 'linkpath', 'size'].map((key) => {
      const value = records.get(key);
      return value && this.#text(value);
    });
    if (size !== undefined && !/^[0-9]{1,15}$/.test(size))
      throw this.#fault('an extended header has a broken size');
    return {
      ...(path !== undefined && { path }),
      ...(target !== undefined && { target }),
      ...(size !== undefined && { size: Number(size) }),
    };
  }

  #member(header: RawHeader, extension: Extension): TarMember {
    const path = extension.path ?? this.#text(header.name);
    const target = extension.target ?? this.#text(header.link);
    switch (header.type) {
      case '0':
      case '\0':
      case '7': {
        const size = extension.size ?? header.size;
        const offset = this.#at;
        this.#skip(size, path);
        return path.endsWith('/') ? { kind: 'directory', path } : { kind: 'file', path, offset, size };
      }
      case '1':
        return { kind: 'link', path, target: posix.normalize(target) };
      case '2':
        return { kind: 'link', path, target: posix.join(posix.dirname(path), target) };
      case '5':
        return { kind: 'directory', path };
      default:
        throw this.#fault(
          `${JSON.stringify(path)} is of type ${JSON.stringify(header.type)}, neither file nor link`,
        );
    }
  }

  async #take(length: number): Promise<Uint8Array> {
    if (this.#at + length > this.#bytes.size) throw this.#fault('it ends too early');
    const bytes = await this.#bytes.read(this.#at, length);
    this.#at += length;
    return bytes;
  }

  async #content(size: number): Promise<Uint8Array> {
    if (size < 0 || size > extensionLimit) throw this.#fault(`an extended header of ${size} bytes`);
    const bytes = await this.#take(padded(size));
    return bytes.subarray(0, size);
  }

  #skip(size: number, path: string): void {
    if (size >= 0) this.#at += padded(size);
    if (size < 0 || this.#at > this.#bytes.size)
      throw this.#fault(`${JSON.stringify(path)} should have ${size} bytes, and the archive ends before`);
  }

  #text(bytes: Uint8Array): string {
    try {
      return utf8.decode(bytes);
    } catch (cause) {
      throw this.#fault('a name in it is not UTF-8', cause);
    }
  }
}

function padded(size: number): number {
  return Math.ceil(size / tarBlockSize) * tarBlockSize;
}
