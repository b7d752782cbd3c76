import { BlockPackError, ByteReader, type Bytes, tarBlockSize } from '@block-pack/core';
import { layerInvalid, shown } from './layer-entry.ts';
import { paxRecords } from './pax-records.ts';
import { type RawHeader, rawHeader, upToNul } from './tar-fields.ts';

/** An entry of a tar that others wrote, its dialect understood and its names not yet judged. */
export interface TarEntry {
  readonly type: 'file' | 'directory' | 'symlink' | 'hardlink' | 'device' | 'fifo';
  readonly name: string;
  /** Where a link leads; empty for all others. */
  readonly link: string;
  /** Twelve bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970, perhaps with a fraction. */
  readonly mtime: number;
  /** Bytes of the content. */
  readonly size: number;
  /** Names of the extended attributes. */
  readonly xattrs: readonly string[];
  /** Can be read until the next entry is asked for. */
  readonly content: Bytes;
}

/** Bytes of one extended header; Go, and so every runtime, takes as many. */
const extensionLimit = 1 << 20;

/**
 * Reads a tar in any dialect that layers come in (ustar, pax, GNU, star, v7), as Go's archive/tar does: what runtimes do not see must not be
 * seen here, and the other way round. Global pax headers are passed over, as every runtime does.
 * @see https://pkg.go.dev/archive/tar
 * @throws ARCHIVE_INVALID, NAME_UNSUPPORTED, INPUT_UNSUPPORTED for sparse files
 */
export async function* readLayerTar(tar: Bytes, layer: string): AsyncIterable<TarEntry> {
  const reader = new ByteReader(tar, () => layerInvalid(layer, 'its tar ends too early'));
  try {
    for (;;) {
      const extensions = new Extensions(layer);
      const raw = await nextHeader(reader, extensions, layer);
      if (raw === undefined) break;
      const { size, ...entry } = extensions.applied(raw);
      const content = reader.part(size);
      yield { ...entry, size, content };
      await passOver(content);
      await passOver(reader.part(padding(size)));
    }
    await passOver(reader.rest());
  } finally {
    await reader.close();
  }
}

/** Reads extended headers up to the header they belong to; undefined at the end of the tar. */
async function nextHeader(
  reader: ByteReader,
  extensions: Extensions,
  layer: string,
): Promise<RawHeader | undefined> {
  for (;;) {
    // Tars without their two zero blocks are accepted everywhere.
    if (await reader.atEnd()) return extensions.atEnd();
    const block = await reader.take(tarBlockSize);
    if (isZero(block)) {
      if (!(await reader.atEnd()) && !isZero(await reader.take(tarBlockSize)))
        throw layerInvalid(layer, 'a block of zeros stands amid its tar');
      return extensions.atEnd();
    }
    const raw = rawHeader(block, (flaw) => layerInvalid(layer, flaw));
    if (!'xgLK'.includes(raw.type)) return raw;
    if (raw.size > extensionLimit)
      throw layerInvalid(layer, `it has an extended header of ${raw.size} bytes`);
    const content = await reader.take(sizeOf(raw, layer));
    await passOver(reader.part(padding(content.length)));
    extensions.add(raw.type, content);
  }
}

/** What extended headers say of the entry behind them. */
class Extensions {
  readonly #layer: string;
  #pax: ReadonlyMap<string, Uint8Array> = new Map();
  #longName: Uint8Array | undefined;
  #longLink: Uint8Array | undefined;
  #any = false;

  constructor(layer: string) {
    this.#layer = layer;
  }

  add(type: string, content: Uint8Array): void {
    if (type === 'g') return;
    this.#any = true;
    if (type === 'L') this.#longName = upToNul(content);
    else if (type === 'K') this.#longLink = upToNul(content);
    else this.#pax = paxRecords(content, (flaw) => layerInvalid(this.#layer, flaw));
  }

  /** @throws ARCHIVE_INVALID where they belong to nothing */
  atEnd(): undefined {
    if (this.#any) throw layerInvalid(this.#layer, 'its tar ends behind an extended header');
  }

  applied(raw: RawHeader): Omit<TarEntry, 'content'> {
    const name = this.#text(this.#longName ?? this.#record('path') ?? raw.name);
    const type = typeOf(raw.type, name, this.#layer);
    this.#refuseSparse(name);
    const isLink = type === 'symlink' || type === 'hardlink';
    const link = isLink ? this.#text(this.#longLink ?? this.#record('linkpath') ?? raw.link) : '';
    const size = sizeOf({ size: this.#number('size') ?? raw.size }, this.#layer);
    return {
      type,
      name,
      link,
      mode: raw.mode & 0o7777,
      uid: this.#owner(this.#number('uid') ?? raw.uid, name),
      gid: this.#owner(this.#number('gid') ?? raw.gid, name),
      mtime: this.#number('mtime') ?? raw.mtime,
      // Only a file has content, whatever its header says.
      size: type === 'file' ? size : 0,
      xattrs: this.#xattrs(),
    };
  }

  /** A record without a value counts as none. */
  #record(key: string): Uint8Array | undefined {
    const value = this.#pax.get(key);
    return value === undefined || value.length === 0 ? undefined : value;
  }

  #text(bytes: Uint8Array): string {
    try {
      return utf8.decode(bytes);
    } catch (cause) {
      throw new BlockPackError(
        'NAME_UNSUPPORTED',
        `A name in the layer ${this.#layer} is not UTF-8: ${shown(Buffer.from(bytes).toString('latin1'))}`,
        { hint: 'Build the image with UTF-8 names.', details: { layer: this.#layer }, cause },
      );
    }
  }

  #number(key: string): number | undefined {
    const record = this.#record(key);
    if (record === undefined) return undefined;
    const text = Buffer.from(record).toString('latin1');
    if (decimal.test(text)) return Number(text);
    throw layerInvalid(this.#layer, `a pax header says ${key}=${shown(text)}`);
  }

  #owner(id: number, name: string): number {
    if (Number.isInteger(id) && id >= 0 && id <= largestOwner) return id;
    throw layerInvalid(this.#layer, `${shown(name)} belongs to ${id}, which is no user or group`);
  }

  #xattrs(): readonly string[] {
    const names = [...this.#pax.keys()].flatMap((key) => {
      const prefix = xattrPrefixes.find((one) => key.startsWith(one));
      return prefix === undefined ? [] : [key.slice(prefix.length)];
    });
    return names.length === 0 ? none : [...new Set(names)].sort();
  }

  #refuseSparse(name: string): void {
    const isSparse = [...this.#pax.keys()].some((key) => key.startsWith('GNU.sparse.'));
    if (isSparse) throw sparse(name, this.#layer);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const decimal = /^-?\d{1,15}(\.\d{1,30})?$/;
/** The last one is -1 for the kernel, which takes it for "leave as it is". */
const largestOwner = 0xfffffffe;
const xattrPrefixes = ['SCHILY.xattr.', 'LIBARCHIVE.xattr.'];
/** Nearly all entries have none: they share this one. */
const none: readonly string[] = [];

function typeOf(flag: string, name: string, layer: string): TarEntry['type'] {
  switch (flag) {
    case '0':
    case '7':
      return 'file';
    case '\0':
      // Before there was a flag for directories, a slash told them.
      return name.endsWith('/') ? 'directory' : 'file';
    case '1':
      return 'hardlink';
    case '2':
      return 'symlink';
    case '3':
    case '4':
      return 'device';
    case '5':
      return 'directory';
    case '6':
      return 'fifo';
    case 'S':
      throw sparse(name, layer);
    default:
      throw layerInvalid(layer, `${shown(name)} is of the unknown type ${shown(flag)}`);
  }
}

function sparse(name: string, layer: string): BlockPackError {
  return new BlockPackError('INPUT_UNSUPPORTED', `The layer ${layer} has a sparse file: ${shown(name)}`, {
    hint: 'Make the layer again without sparse files (GNU tar: without --sparse).',
    details: { layer, path: name },
  });
}

function sizeOf({ size }: { readonly size: number }, layer: string): number {
  if (Number.isSafeInteger(size) && size >= 0) return size;
  throw layerInvalid(layer, `an entry of ${size} bytes`);
}

function padding(size: number): number {
  return (tarBlockSize - (size % tarBlockSize)) % tarBlockSize;
}

function isZero(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

async function passOver(content: Bytes): Promise<void> {
  for await (const _ of content);
}
