import { ByteReader } from '../byte-reader.ts';
import type { Bytes } from '../bytes.ts';
import { type Import, type ImportManifest, importKind, importSize } from '../import-manifest.ts';
import {
  decodeTarHeader,
  encodeTarHeader,
  padding,
  type TarFields,
  tarBlockSize,
  tarInvalid,
} from '../tar-header.ts';
import { gzipMember } from './gzip-member.ts';
import { requiredRecipe } from './layer-recipe.ts';
import { endOfTar, tarPath } from './segment.ts';
import { isZero } from './segment-reader.ts';

/**
 * The blob of the layer that a manifest's recipe names, from the tar inside of it: what tools write that save layers uncompressed. Whether it is that blob is
 * for its digest to say.
 * @throws TAR_INVALID for a tar that is not the layer's, MANIFEST_INVALID for a manifest without a layer's recipe
 */
export async function* repackLayer(manifest: ImportManifest, tar: Bytes): Bytes {
  const { encoding, segments } = requiredRecipe(manifest);
  const entries = new TarEntries(tar);
  try {
    yield* gzipMember(headOf(entries), encoding);
    for (const [index, line] of manifest.imports.entries())
      yield* gzipMember(segmentOf(line, segments[index]?.empty ?? [], entries), encoding);
    yield* gzipMember(entries.rest(), encoding);
  } finally {
    await entries.close();
  }
}

async function* headOf(entries: TarEntries): Bytes {
  while ((await entries.peek())?.kind === 'directory') yield* entries.next();
}

/** A file is one entry. Trees may lie in one directory: how many entries are of which, the sizes of their blocks say. */
async function* segmentOf(line: Import, empty: readonly string[], entries: TarEntries): Bytes {
  if (importKind(line) === 'file') return yield* entries.next();
  const root = line.path === '/' ? 0 : tarPath(line.path).length + 1;
  let missing = (importSize(line) ?? 0) - endOfTar.length;
  for (const path of empty) missing -= encodeTarHeader({ kind: 'directory', path }).length;
  while (missing > 0) {
    const entry = await entries.peek();
    if (entry === undefined || entry.path.length <= root) throw otherTar(line);
    const body = entry.kind === 'file' ? entry.size + padding(entry.size) : 0;
    missing -= encodeTarHeader({ ...entry, path: entry.path.slice(root) }).length + body;
    yield* entries.next();
  }
}

/** Reads a tar entry by entry, of which the next can be looked at. */
class TarEntries {
  readonly #reader: ByteReader;
  #ahead: TarFields | undefined;
  /** The first block of what ends the tar. */
  #end: Uint8Array | undefined;

  constructor(tar: Bytes) {
    this.#reader = new ByteReader(tar, () => tarInvalid('the tar of the layer ends too early'));
  }

  /** Undefined where no entry is left. */
  async peek(): Promise<TarFields | undefined> {
    if (this.#ahead !== undefined || this.#end !== undefined) return this.#ahead;
    const first = await this.#reader.take(tarBlockSize);
    if (isZero(first)) this.#end = first;
    else this.#ahead = await decodeTarHeader(first, (length) => this.#reader.take(length));
    return this.#ahead;
  }

  /** Header and content of the next entry. */
  async *next(): Bytes {
    const entry = await this.peek();
    if (entry === undefined) throw tarInvalid('the tar of the layer has too few entries');
    this.#ahead = undefined;
    yield encodeTarHeader(entry);
    if (entry.kind === 'file') yield* this.#reader.part(entry.size + padding(entry.size));
  }

  async *rest(): Bytes {
    if ((await this.peek()) !== undefined) throw tarInvalid('the tar of the layer has too many entries');
    if (this.#end !== undefined) yield this.#end;
    yield* this.#reader.rest();
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}

function otherTar({ path }: Import): Error {
  return tarInvalid(`the tar of the layer does not hold the block of ${path}`);
}
