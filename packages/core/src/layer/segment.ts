import type { BlobSource } from '../blob.ts';
import { type Bytes, coalesced } from '../bytes.ts';
import { readCanonicalTar } from '../canonical-tar.ts';
import { BlockPackError } from '../error.ts';
import { compareBytewise, type ImagePath, joinImagePath } from '../image-path.ts';
import { type Import, importExecutable, importKind, importSize } from '../import-manifest.ts';
import { encodeTarHeader, padding, tarBlockSize, tarInvalid } from '../tar-header.ts';
import type { LinkEntry } from '../tree.ts';
import type { PartedBytes } from './blob-part.ts';
import { MemberSum } from './gzip-member.ts';
import { readSegment, type SegmentFile } from './segment-reader.ts';

/**
 * The run of a layer's tar that one import becomes: the block's files and links, their headers under the import's path. It holds no
 * directories and no end of archive, so it depends on block, path and mode alone.
 * @param check whether a file block is held against its digest and its size; whoever knows what comes out can do without
 * @throws BLOB_MISSING, DIGEST_MISMATCH, TAR_INVALID, PATH_INVALID, MANIFEST_INVALID for a size that is not the block's
 */
export function segmentTar(line: Import, blocks: BlobSource, check = true): Bytes {
  const length = importSize(line);
  const isWhole = check || length === undefined || importKind(line) === 'tree';
  return segmentPieces(line, blocks, () =>
    blocks.read(line.digest, isWhole ? undefined : { offset: 0, length }),
  );
}

/**
 * The same for whoever compares its sum with one that is known: no block is checked against its digest, and a file block is not even read, but handed on as
 * a part of a blob.
 * @param put is given what a gzip member of the segment ends with
 */
export async function* summedSegment(
  line: Import,
  blocks: BlobSource,
  put: (trailer: Uint8Array) => void,
): PartedBytes {
  const size = importSize(line);
  const sum = new MemberSum();
  const range = size === undefined ? undefined : { offset: 0, length: size };
  const read = () => blocks.read(line.digest, range);
  if (range === undefined || importKind(line) === 'tree') {
    yield* sum.watch(segmentPieces(line, blocks, read));
    return put(sum.trailer());
  }
  const header = encodeTarHeader(placedFile(line, range.length));
  const end = new Uint8Array(padding(range.length));
  yield header;
  yield {
    blob: line.digest,
    range,
    crc: sum.add(header).crc,
    read: () => ofSize(line, read(), range.length),
    copied: ({ crc }) => put(sum.pass(crc, range.length).add(end).trailer()),
    failed: () => {},
  };
  yield end;
}

async function* segmentPieces(line: Import, blocks: BlobSource, read: () => Bytes): Bytes {
  if (importKind(line) === 'tree') return yield* treePieces(line, read());
  const size = importSize(line) ?? (await measuredSize(line, blocks));
  yield encodeTarHeader(placedFile(line, size));
  yield* ofSize(line, read(), size);
  yield new Uint8Array(padding(size));
}

async function* treePieces(line: Import, tar: Bytes): Bytes {
  for await (const entry of readCanonicalTar(tar, line.digest)) {
    if (entry.kind === 'directory') continue;
    const path = tarPath(joinImagePath(line.path, entry.path));
    yield encodeTarHeader({ ...entry, path });
    if (entry.kind === 'file') {
      yield* entry.read();
      yield new Uint8Array(padding(entry.size));
    }
  }
}

function placedFile(line: Import, size: number): Parameters<typeof encodeTarHeader>[0] {
  return { kind: 'file', path: tarPath(line.path), size, executable: importExecutable(line) };
}

/** A path as it stands in a layer: relative to its root. */
export function tarPath(path: ImagePath): string {
  return path.slice(1);
}

async function* ofSize(line: Import, content: Bytes, size: number): Bytes {
  let seen = 0;
  for await (const chunk of content) {
    seen += chunk.length;
    if (seen > size) break;
    yield chunk;
  }
  if (seen === size) return;
  throw new BlockPackError(
    'MANIFEST_INVALID',
    `The import of ${line.path} says size=${size}, which is not the size of its block ${line.digest}`,
    { hint: 'Pack the input again.', details: { path: line.path, digest: line.digest } },
  );
}

/** For a line that does not say it. */
async function measuredSize(line: Import, blocks: BlobSource): Promise<number> {
  let size = 0;
  for await (const chunk of blocks.read(line.digest)) size += chunk.length;
  return size;
}

/**
 * The block again, from the segment that it became. Whether it is the block that the line names is for the caller to check: by its digest.
 * @param empty directories of the tree that the segment cannot hold; sorted
 * @throws TAR_INVALID for a segment that no block becomes at this path
 */
export function blockFromSegment(line: Import, empty: readonly string[], tar: Bytes): Bytes {
  return coalesced(importKind(line) === 'file' ? filePieces(line, tar) : treeBlockPieces(line, empty, tar));
}

async function* filePieces(line: Import, tar: Bytes): Bytes {
  let files = 0;
  for await (const entry of readSegment(tar, line.path)) {
    if (
      entry.kind !== 'file' ||
      entry.path !== tarPath(line.path) ||
      entry.executable !== importExecutable(line)
    )
      throw tarInvalid(`the segment of ${line.path} holds ${JSON.stringify(entry.path)}`);
    if (++files > 1) throw tarInvalid(`the segment of ${line.path} holds more than the file`);
    yield* entry.read();
  }
  if (files === 0) throw tarInvalid(`the segment of ${line.path} is empty`);
}

async function* treeBlockPieces(line: Import, empty: readonly string[], tar: Bytes): Bytes {
  const root = line.path === '/' ? '' : `${tarPath(line.path)}/`;
  const left = empty.values();
  let directory = left.next().value;
  for await (const entry of readSegment(tar, line.path)) {
    if (!entry.path.startsWith(root))
      throw tarInvalid(`the segment of ${line.path} holds ${JSON.stringify(entry.path)}`);
    const path = entry.path.slice(root.length);
    for (; directory !== undefined && compareBytewise(directory, path) < 0; directory = left.next().value)
      yield encodeTarHeader({ kind: 'directory', path: directory });
    yield* treeEntryPieces({ ...entry, path });
  }
  for (; directory !== undefined; directory = left.next().value)
    yield encodeTarHeader({ kind: 'directory', path: directory });
  yield endOfTar;
}

async function* treeEntryPieces(entry: SegmentFile | LinkEntry): Bytes {
  yield encodeTarHeader(entry);
  if (entry.kind !== 'file') return;
  yield* entry.read();
  yield new Uint8Array(padding(entry.size));
}

/** What a tar ends with. */
export const endOfTar = new Uint8Array(2 * tarBlockSize);
