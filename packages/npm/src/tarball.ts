import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { BlockPackError, type Bytes, type FileEntry } from '@block-pack/core';
import { carriageReturnAt } from './published-tree.ts';
import { type TarFile, tarFiles } from './tar-entries.ts';
import type { TarballHash } from './tarball-source.ts';

/** What tells a file from another, without its bytes. */
export interface FilePrint {
  /** SHA-256 in hexadecimal digits. */
  readonly digest: string;
  readonly executable: boolean;
}

/** A file of a published tarball. */
export interface PublishedFile extends FilePrint {
  /** The digest once the CR is taken from the end of the `#!` line; the same where there is none. */
  readonly repairedDigest: string;
  /** Of a package.json at a place where a package may be. */
  readonly manifest: string | undefined;
}

/** By path, without the folder that every tarball has around its files. */
export type PublishedFiles = ReadonlyMap<string, PublishedFile>;

/** The largest package published has a tenth of it. */
const inflatedLimit = 2 ** 32;
const fileLimit = 500_000;
const manifestLimit = 16 << 20;

/**
 * What a published tarball holds; undefined when it is not the one that the hash names. Nothing of it is kept but prints.
 * @throws ARCHIVE_INVALID, ARCHIVE_BOMB
 */
export async function readTarball(file: FileEntry, hash: TarballHash): Promise<PublishedFiles | undefined> {
  const sum = createHash(hash.algorithm);
  async function* measured(): Bytes {
    for await (const chunk of file.read()) {
      sum.update(chunk);
      // The stream behind reads ahead, and the chunk is good only until the next.
      yield Buffer.from(chunk);
    }
  }
  const files = new Map<string, PublishedFile>();
  try {
    await pipeline(Readable.from(measured()), createGunzip(), async (content: AsyncIterable<Uint8Array>) => {
      const limited = withLimit(content, file.path);
      for await (const one of tarFiles(limited, file.path)) await addFile(files, one, file.path);
      for await (const _ of limited) {
        // To the end, so that all is measured.
      }
    });
  } catch (cause) {
    if (cause instanceof BlockPackError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BlockPackError('ARCHIVE_INVALID', `${file.path} cannot be read: ${reason}`, { cause });
  }
  return sum.digest('hex') === hash.hex ? files : undefined;
}

async function* withLimit(content: AsyncIterable<Uint8Array>, name: string): Bytes {
  let size = 0;
  const chunks = content[Symbol.asyncIterator]();
  // Not closed when its reader ends early: the rest is still wanted.
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    size += next.value.length;
    if (size > inflatedLimit)
      throw new BlockPackError('ARCHIVE_BOMB', `${name} unpacks to more than ${inflatedLimit} bytes`);
    yield next.value;
  }
}

async function addFile(files: Map<string, PublishedFile>, file: TarFile, name: string): Promise<void> {
  const path = file.path
    .split('/')
    .slice(1)
    .filter((part) => part !== '' && part !== '.')
    .join('/');
  if (path === '' || path.split('/').includes('..')) return;
  if (files.size >= fileLimit)
    throw new BlockPackError('ARCHIVE_BOMB', `${name} has more than ${fileLimit} files`);
  const plain = createHash('sha256');
  const repaired = createHash('sha256');
  const kept: Uint8Array[] = [];
  const isManifest =
    /^(?:(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+\/)?package\.json$/.test(path) &&
    file.size <= manifestLimit;
  let isFirst = true;
  for await (const chunk of file.content) {
    plain.update(chunk);
    const at = isFirst ? carriageReturnAt(chunk) : undefined;
    repaired.update(
      at === undefined ? chunk : Buffer.concat([chunk.subarray(0, at), chunk.subarray(at + 1)]),
    );
    if (isManifest) kept.push(Uint8Array.from(chunk));
    isFirst = false;
  }
  files.set(path, {
    digest: plain.digest('hex'),
    repairedDigest: repaired.digest('hex'),
    executable: file.executable,
    manifest: isManifest ? Buffer.concat(kept).toString('utf8') : undefined,
  });
}
