import { ByteReader } from './byte-reader.ts';
import type { Bytes } from './bytes.ts';
import { coalesced } from './bytes.ts';
import { BlockPackError } from './error.ts';
import { checkLinkTarget, checkTreePath } from './image-path.ts';
import { decodeTarHeader, encodeTarHeader, padding, tarBlockSize, tarInvalid } from './tar-header.ts';
import { type FileEntry, orderedTree, sortTree, type TreeEntry, TreeOrder } from './tree.ts';

/**
 * The canonical tar of a tree: the one byte sequence that stands for it, whatever the order, times and owners of its files.
 * Specified in docs/format/block.md.
 * @throws PATH_INVALID, LINK_ESCAPES, IMPORT_COLLISION before the first byte; INPUT_CHANGED while a file is read
 */
export function writeCanonicalTar(entries: readonly TreeEntry[]): Bytes {
  return coalesced(tarPieces(sortTree(entries)));
}

/** The same for entries that come one by one, in bytewise order of their paths. @throws also in the midst of the tar */
export function writeCanonicalTarInOrder(entries: AsyncIterable<TreeEntry>): Bytes {
  return coalesced(tarPieces(orderedTree(entries)));
}

async function* tarPieces(entries: Iterable<TreeEntry> | AsyncIterable<TreeEntry>): Bytes {
  for await (const entry of entries) {
    yield encodeTarHeader(entry);
    if (entry.kind !== 'file') continue;
    yield* exactly(entry);
    const rest = padding(entry.size);
    if (rest > 0) yield new Uint8Array(rest);
  }
  yield new Uint8Array(2 * tarBlockSize);
}

/** The file's bytes; an error when they are not as many as its entry says, since the header has already been written. */
export async function* exactly(file: FileEntry): Bytes {
  let size = 0;
  for await (const chunk of file.read()) {
    size += chunk.length;
    if (size > file.size) break;
    yield chunk;
  }
  if (size === file.size) return;
  throw new BlockPackError(
    'INPUT_CHANGED',
    `${file.path} changed while it was read: it had ${file.size} bytes`,
    {
      hint: 'Wait until the build has finished, then pack again.',
      details: { path: file.path, size: file.size },
    },
  );
}

/**
 * Reads a canonical tar, and nothing else: an order, a mode or a spare byte that {@link writeCanonicalTar} would not have written is an error.
 * Each file's content can be read once, before the next entry is asked for; what is not read is skipped.
 * @throws TAR_INVALID, PATH_INVALID, LINK_ESCAPES
 */
export async function* readCanonicalTar(content: Bytes, name: string): AsyncIterable<TreeEntry> {
  const reader = new ByteReader(content, () => tarInvalid(`${name} ends too early`));
  const order = new TreeOrder((message) => tarInvalid(`${name}: ${message}`));
  try {
    for (;;) {
      const first = await reader.take(tarBlockSize);
      if (isZero(first)) break;
      const fields = await decodeTarHeader(first, (length) => reader.take(length));
      checkTreePath(fields.path);
      order.next(fields.path);
      if (fields.kind === 'symlink') checkLinkTarget(fields.path, fields.target);
      if (fields.kind !== 'file') yield fields;
      else yield* fileOf(reader, fields);
    }
    if (!isZero(await reader.take(tarBlockSize))) throw tarInvalid(`${name} has a single zero block`);
    if (!(await reader.atEnd())) throw tarInvalid(`${name} goes on behind its end`);
  } finally {
    await reader.close();
  }
}

async function* fileOf(
  reader: ByteReader,
  fields: { kind: 'file'; path: string; size: number; executable: boolean },
): AsyncIterable<TreeEntry> {
  const body = reader.part(fields.size);
  yield { ...fields, read: () => body };
  for await (const _ of body) {
    // What the caller left unread is skipped.
  }
  if (!isZero(await reader.take(padding(fields.size))))
    throw tarInvalid(`bytes behind ${JSON.stringify(fields.path)}`);
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
