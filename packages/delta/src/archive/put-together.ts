import { crc32 } from 'node:zlib';
import {
  BlockPackError,
  type Bytes,
  bytesOf,
  Coalescer,
  coalesced,
  collect,
  type TreeEntry,
  writeCanonicalTar,
} from '@block-pack/core';
import type { Deflated } from '../deflate/deflate-threads.ts';
import { redeflate, redeflateAtOnce } from '../deflate/redeflate.ts';
import { skeletonInvalid } from './columns.ts';
import type { Recipe, RecipePart, TarRecipe, TreeRecipe, ZipRecipe } from './recipe.ts';
import type { ZipFacts } from './zip-layout.ts';
import { centralHeader, descriptor, endRecords, localHeader } from './zip-write.ts';

/** Bytes that are there, and good until something else is asked for, or that come. */
export type Supplied = Uint8Array | Bytes;

/**
 * What a leaf's part is made from: `size` bytes of content, or for `raw` and `copied` parts the bytes as they lie in the archive. Asked
 * for once for each leaf, in their order.
 */
export type Supply = (part: RecipePart) => Supplied;

/** Gives a leaf's content deflated, in the place of supplying it; undefined where that is to be done here. */
export type SupplyDeflated = (part: RecipePart) => Deflated | Promise<Deflated> | undefined;

/** Contents up to this many bytes are held, since a header that stands before them says how long they are when deflated. */
export const heldSize = 1 << 20;

/**
 * The archive's bytes. They are right if what is supplied is: whoever asks holds their digest against the expected one.
 * @param size bytes of the whole; a hostile recipe could else make a million times more than it has itself
 * @throws DELTA_INVALID where the archive or what is supplied for it has another size than was said
 */
export async function* putTogether(
  recipe: Recipe,
  supply: Supply,
  size: number,
  supplyDeflated: SupplyDeflated = () => undefined,
): Bytes {
  const parts: PartSource = {
    content(part) {
      if (part.nested !== undefined) return exactly(zipBytes(part.nested, parts), part.size, 'a part');
      return part.size === 0 ? noBytes : ofSize(supply(part), part.size);
    },
    deflated: (part) => (part.nested === undefined && part.size > 0 ? supplyDeflated(part) : undefined),
  };
  yield* exactly(archiveBytes(recipe, parts), size, 'it');
}

const noBytes = new Uint8Array();

function ofSize(supplied: Supplied, size: number): Supplied {
  return supplied instanceof Uint8Array && supplied.length === size
    ? supplied
    : exactly(asBytes(supplied), size, 'a part');
}

export function asBytes(supplied: Supplied): Bytes {
  return supplied instanceof Uint8Array ? bytesOf(supplied) : supplied;
}

/** What parts are made of: of each either its content is asked for, or that deflated. */
interface PartSource {
  content(part: RecipePart): Supplied;
  deflated(part: RecipePart): Deflated | Promise<Deflated> | undefined;
}

function archiveBytes(recipe: Recipe, from: PartSource): Bytes {
  switch (recipe.kind) {
    case 'zip':
      return zipBytes(recipe, from);
    case 'tree':
      return tarOf(recipe, from);
    case 'tar':
      return coalesced(piecesOf(recipe, from));
  }
}

async function* piecesOf({ parts }: TarRecipe, from: PartSource): Bytes {
  for (const part of parts) yield* asBytes(from.content(part));
}

/** Of the entries that are written, by their places among the parts. */
class WrittenEntries {
  readonly facts: (ZipFacts | undefined)[] = [];
  readonly offsets: number[] = [];

  add(at: number, facts: ZipFacts, offset: number): void {
    // Without holes: such arrays are slower.
    while (this.facts.length < at) {
      this.facts.push(undefined);
      this.offsets.push(0);
    }
    this.facts.push(facts);
    this.offsets.push(offset);
  }
}

/** Most entries are small and there when they are asked for: between those nobody waits. */
async function* zipBytes(recipe: ZipRecipe, from: PartSource): Bytes {
  const written = new WrittenEntries();
  const chunks = new Coalescer();
  let at = 0;
  const put = (piece: Uint8Array): void => {
    at += piece.length;
    chunks.add(piece);
  };
  async function* putAll(pieces: Bytes): Bytes {
    for await (const piece of pieces) {
      put(piece);
      yield* chunks.whole();
    }
  }
  const { parts } = recipe;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as RecipePart;
    if (i === recipe.directoryAt) for (const piece of directory(recipe, written, at)) put(piece);
    if (part.head.kind !== 'entry') {
      yield* putAll(asBytes(from.content(part)));
      continue;
    }
    const head = part.head.zip;
    const entry = pack(part, from);
    const { facts, packed } = entry instanceof Promise ? await entry : entry;
    if (at < recipe.shift) throw skeletonInvalid('an entry stands before where offsets are counted from');
    written.add(i, facts, at - recipe.shift);
    put(localHeader(head, facts));
    if (packed instanceof Uint8Array) put(packed);
    else yield* putAll(packed);
    put(descriptor(head.form.descriptor, facts));
    for (const chunk of chunks.whole()) yield chunk;
  }
  if (recipe.directoryAt === recipe.parts.length)
    for (const piece of directory(recipe, written, at)) put(piece);
  chunks.end();
  yield* chunks.whole();
  chunks.leave();
}

function* directory(recipe: ZipRecipe, { facts, offsets }: WrittenEntries, at: number) {
  if (at < recipe.shift) throw skeletonInvalid('its directory stands before where offsets are counted from');
  let size = 0;
  for (const position of recipe.directory) {
    const [known, head] = [facts[position], recipe.parts[position]?.head];
    if (known === undefined || head?.kind !== 'entry')
      throw skeletonInvalid('its central directory lists what stands behind it');
    const header = centralHeader(head.zip, known, offsets[position] as number);
    size += header.length;
    yield header;
  }
  yield endRecords(recipe.end, { count: recipe.directory.length, size, offset: at - recipe.shift });
}

/** A part's bytes as they lie in the archive, and what its headers say of them. */
interface Packed {
  readonly facts: ZipFacts;
  readonly packed: Supplied;
}

function pack(part: RecipePart, from: PartSource): Packed | Promise<Packed> {
  const deflated = from.deflated(part);
  if (deflated instanceof Promise) return deflated.then((one) => packedOf(part, one));
  if (deflated !== undefined) return packedOf(part, deflated);
  const { packing, facts, size } = part;
  const content = from.content(part);
  if (facts !== undefined)
    return { facts, packed: typeof packing === 'string' ? content : redeflate(asBytes(content), packing) };
  if (size > heldSize) throw skeletonInvalid(`a part of ${size} bytes has no checksum`);
  if (content instanceof Uint8Array) return packWhole(part, content);
  return collect(content, heldSize, 'the part').then((whole) => packWhole(part, whole));
}

function packedOf({ facts, size }: RecipePart, { crc32, packed }: Deflated): Packed {
  return { facts: facts ?? { crc32, packedSize: packed.length, size }, packed };
}

function packWhole({ packing, size }: RecipePart, whole: Uint8Array): Packed {
  const packed = typeof packing === 'string' ? whole : redeflateAtOnce(whole, packing);
  return { facts: { crc32: crc32(whole), packedSize: packed.length, size }, packed };
}

function tarOf({ parts }: TreeRecipe, from: PartSource): Bytes {
  const entries = parts.map((part) => treeEntry(part, from));
  try {
    return writeCanonicalTar(entries);
  } catch (error) {
    throw error instanceof BlockPackError ? skeletonInvalid(error.message, error) : error;
  }
}

function treeEntry(part: RecipePart, from: PartSource): TreeEntry {
  const { head, size } = part;
  if (head.kind === 'link') return head.tree;
  if (head.kind === 'file') return { ...head.tree, size, read: () => asBytes(from.content(part)) };
  throw skeletonInvalid('a tree holds what only a zip can');
}

/** @throws DELTA_INVALID where there are more or fewer bytes */
export async function* exactly(content: Bytes, size: number, what: string): Bytes {
  let seen = 0;
  for await (const piece of content) {
    seen += piece.length;
    if (seen > size) break;
    yield piece;
  }
  if (seen !== size)
    throw skeletonInvalid(`${what} should have ${size} bytes, not ${seen}${seen > size ? ' or more' : ''}`);
}
