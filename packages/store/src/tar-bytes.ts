import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BlockPackError, isOfZlib } from '@block-pack/core';
import type { OpenFile } from './open-file.ts';
import { tarInvalid } from './tar-flaws.ts';

/** Bytes that unpack to no more than this are never a bomb. */
const harmless = 100 << 20;
const bombRatio = 200;

/**
 * An archive, compressed or not, as plain tar.
 * @throws ARCHIVE_BOMB as soon as it has become more than its compressed bytes can account for; ARCHIVE_INVALID
 */
export async function* tarBytes(archive: OpenFile, name: string): AsyncIterable<Buffer> {
  const start = await archive.bytes.read(0, Math.min(2, archive.bytes.size));
  const compressed = start[0] === 0x1f && start[1] === 0x8b;
  let read = 0;
  async function* counted() {
    for await (const chunk of archive.entry.read()) {
      read += chunk.length;
      yield new Uint8Array(chunk);
    }
  }
  const source = Readable.from(counted(), { objectMode: false });
  const plain = compressed ? source.pipe(createGunzip({ chunkSize: 1 << 18 })) : source;
  // A failure of the file is the reader's to tell, not of the decompression that starves of it.
  source.on('error', (error) => plain.destroy(error));
  let unpacked = 0;
  try {
    for await (const chunk of plain as AsyncIterable<Buffer>) {
      unpacked += chunk.length;
      if (unpacked > harmless && unpacked > bombRatio * read) throw bomb(name, unpacked, read);
      yield chunk;
    }
  } catch (error) {
    throw isOfZlib(error) ? tarInvalid(name, `its compression is broken (${error.message})`, error) : error;
  } finally {
    source.destroy();
    plain.destroy();
  }
}

function bomb(name: string, unpacked: number, read: number): BlockPackError {
  return new BlockPackError(
    'ARCHIVE_BOMB',
    `${name} unpacks to more than ${unpacked} bytes from its first ${read}`,
    {
      hint: `More than ${bombRatio} times as much is taken for an attack. Unpack it yourself if you trust it, and pack the directory.`,
      details: { path: name, unpacked, read },
    },
  );
}
