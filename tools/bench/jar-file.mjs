import { closeSync, openSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/**
 * Writes a jar that is never whole in memory, small enough to need no zip64.
 * @param entries `[{ name, method, content(), packed() }]`: iterables of buffers, `packed` only where the method is not 0
 */
export function writeJar(path, entries) {
  const file = openSync(path, 'w');
  const directory = [];
  let offset = 0;
  const write = (...buffers) => {
    for (const buffer of buffers) offset += writeSync(file, buffer);
  };
  for (const { name, method, content, packed = content } of entries) {
    const header = headerOf(name, method, factsOf(content(), packed()));
    directory.push(centralOf(name, header, offset));
    write(Buffer.from('PK\x03\x04'), header, Buffer.from(name));
    for (const piece of packed()) write(piece);
  }
  const size = directory.reduce((sum, header) => sum + header.length, 0);
  write(...directory, endOf(directory.length, size, offset));
  closeSync(file);
}

function factsOf(content, packed) {
  let [sum, size, packedSize] = [0, 0, 0];
  for (const piece of content) [sum, size] = [crc32(piece, sum), size + piece.length];
  for (const piece of packed) packedSize += piece.length;
  return { sum, size, packedSize };
}

function headerOf(name, method, { sum, size, packedSize }) {
  const header = Buffer.alloc(26);
  header.writeUInt16LE(20, 0);
  header.writeUInt16LE(method, 4);
  header.writeUInt16LE(0x21, 8);
  header.writeUInt32LE(sum, 10);
  header.writeUInt32LE(packedSize, 14);
  header.writeUInt32LE(size, 18);
  header.writeUInt16LE(name.length, 22);
  return header;
}

function centralOf(name, header, offset) {
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(offset, 10);
  return Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), header, rest, Buffer.from(name)]);
}

function endOf(count, size, offset) {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}

/** Incompressible and the same every time: so many pieces of a mebibyte. */
export function* noise(pieces, seed = 1) {
  let state = seed;
  for (let piece = 0; piece < pieces; piece++) {
    const words = new Uint32Array(1 << 18);
    for (let i = 0; i < words.length; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      words[i] = state;
    }
    yield Buffer.from(words.buffer);
  }
}
