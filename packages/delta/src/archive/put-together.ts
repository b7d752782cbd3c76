import { crc32 } from 'node:zlib';
import {
  BlockPackError,
  type Bytes,
  bytesOf,
  coalesced,
  collect,
  type TreeEntry,
  writeCanonicalTar,
} from '@block-pack/core';
import { redeflate, redeflateAtOnce } from '../deflate/redeflate.ts';
import { skeletonInvalid } from './columns.ts';
import {
  type Leaf,
  leaves,
  type Recipe,
  type RecipePart,
  type TarRecipe,
  type TreeRecipe,
  type ZipRecipe,
} from './recipe.ts';
import type { ZipFacts, ZipHead } from './zip-layout.ts';
import { centralHeader, descriptor, endRecords, localHeader } from './zip-write.ts';

/**
 * What the leaf's part is made from: `part.size` bytes of content, or for `raw` and `copied` parts the bytes as they lie in the archive. Asked
 * for once for each leaf, in their order.
 */
export type Supply = (leaf: Leaf) => Bytes;

/** Contents up to this many bytes are held, since a header that stands before them says how long they are when deflated. */
export const heldSize = 1 << 20;

/**
 * The archive's bytes. They are right if what is supplied is: whoever asks holds their digest against the expected one.
 * @param size bytes of the whole; a hostile recipe could else make a million times more than it has itself
 * @throws DELTA_INVALID where the archive or what is supplied for it has another size than was said
 */
export async function* putTogether(recipe: Recipe, supply: Supply, size: number): Bytes {
  const leafOf = new Map(leaves(recipe).map((leaf) => [leaf.part, leaf]));
  const content = (part: RecipePart): Bytes => {
    if (part.nested !== undefined) return exactly(zipPieces(part.nested, content), part.size, 'a part');
    const leaf = leafOf.get(part);
    return leaf === undefined ? bytesOf() : exactly(supply(leaf), part.size, 'a part');
  };
  yield* exactly(archiveBytes(recipe, content), size, 'it');
}

function archiveBytes(recipe: Recipe, content: ContentOf): Bytes {
  switch (recipe.kind) {
    case 'zip':
      return coalesced(zipPieces(recipe, content));
    case 'tree':
      return tarOf(recipe, content);
    case 'tar':
      return coalesced(piecesOf(recipe, content));
  }
}

async function* piecesOf({ parts }: TarRecipe, content: ContentOf): Bytes {
  for (const part of parts) yield* content(part);
}

type ContentOf = (part: RecipePart) => Bytes;

interface Written {
  readonly head: ZipHead;
  readonly facts: ZipFacts;
  readonly offset: number;
}

async function* zipPieces(recipe: ZipRecipe, content: ContentOf): Bytes {
  const written = new Map<number, Written>();
  let at = 0;
  const counted = (piece: Uint8Array): Uint8Array => {
    at += piece.length;
    return piece;
  };
  for (const [i, part] of recipe.parts.entries()) {
    if (i === recipe.directoryAt) for (const piece of directory(recipe, written, at)) yield counted(piece);
    if (part.head.kind !== 'entry') {
      for await (const piece of content(part)) yield counted(piece);
      continue;
    }
    const head = part.head.zip;
    const { facts, packed } = await pack(part, content(part));
    if (at < recipe.shift) throw skeletonInvalid('an entry stands before where offsets are counted from');
    written.set(i, { head, facts, offset: at - recipe.shift });
    yield counted(localHeader(head, facts));
    for await (const piece of packed) yield counted(piece);
    yield counted(descriptor(head.form.descriptor, facts));
  }
  if (recipe.directoryAt === recipe.parts.length) yield* directory(recipe, written, at);
}

function* directory(recipe: ZipRecipe, written: ReadonlyMap<number, Written>, at: number) {
  if (at < recipe.shift) throw skeletonInvalid('its directory stands before where offsets are counted from');
  let size = 0;
  for (const position of recipe.directory) {
    const entry = written.get(position);
    if (entry === undefined) throw skeletonInvalid('its central directory lists what stands behind it');
    const header = centralHeader(entry.head, entry.facts, entry.offset);
    size += header.length;
    yield header;
  }
  yield endRecords(recipe.end, { count: recipe.directory.length, size, offset: at - recipe.shift });
}

/** The part's bytes as they lie in the archive, and what its headers say of them. */
async function pack(part: RecipePart, content: Bytes): Promise<{ facts: ZipFacts; packed: Bytes }> {
  const { packing, facts, size } = part;
  if (facts !== undefined)
    return { facts, packed: typeof packing === 'string' ? content : redeflate(content, packing) };
  if (size > heldSize) throw skeletonInvalid(`a part of ${size} bytes has no checksum`);
  const whole = await collect(content, heldSize, 'the part');
  const packed = typeof packing === 'string' ? whole : redeflateAtOnce(whole, packing);
  return { facts: { crc32: crc32(whole), packedSize: packed.length, size }, packed: bytesOf(packed) };
}

function tarOf({ parts }: TreeRecipe, content: ContentOf): Bytes {
  const entries = parts.map((part) => treeEntry(part, content));
  try {
    return writeCanonicalTar(entries);
  } catch (error) {
    throw error instanceof BlockPackError ? skeletonInvalid(error.message, error) : error;
  }
}

function treeEntry(part: RecipePart, content: ContentOf): TreeEntry {
  const { head, size } = part;
  if (head.kind === 'link') return head.tree;
  if (head.kind === 'file') return { ...head.tree, size, read: () => content(part) };
  throw skeletonInvalid('a tree holds what only a zip can');
}

async function* exactly(content: Bytes, size: number, what: string): Bytes {
  let seen = 0;
  for await (const piece of content) {
    seen += piece.length;
    if (seen > size) break;
    yield piece;
  }
  if (seen !== size)
    throw skeletonInvalid(`${what} should have ${size} bytes, not ${seen}${seen > size ? ' or more' : ''}`);
}
