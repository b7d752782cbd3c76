import { closeSync, openSync, writeSync } from 'node:fs';
import { crc32, deflateRawSync } from 'node:zlib';

/** Incompressible and the same every time, so that the jar is as large as its content. */
function noise(length) {
  const words = new Uint32Array(length / 4);
  let state = 1;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return Buffer.from(words.buffer);
}

const large = { name: 'large.bin', method: 0, parts: 2000, content: noise(1 << 20) };
const text = {
  name: 'large.txt',
  method: 8,
  parts: 1,
  content: Buffer.alloc(64 << 20, 'block-pack is text '),
};

/** A jar of 2 GB: one stored entry, and a deflated one of 64 MiB. */
export function largeDeflatedJar(path) {
  const file = openSync(path, 'w');
  const directory = [];
  let offset = 0;
  for (const { name, method, parts, content } of [large, text]) {
    const packed = method === 8 ? deflateRawSync(content, { level: 6 }) : content;
    let sum = 0;
    for (let i = 0; i < parts; i++) sum = crc32(content, sum);
    const header = headerOf(name, method, sum, packed.length * parts, content.length * parts);
    directory.push(centralOf(name, header, offset));
    offset += writeSync(file, Buffer.concat([Buffer.from('PK\x03\x04'), header, Buffer.from(name)]));
    for (let i = 0; i < parts; i++) offset += writeSync(file, packed);
  }
  const size = directory.reduce((sum, header) => sum + header.length, 0);
  writeSync(file, Buffer.concat([...directory, endOf(directory.length, size, offset)]));
  closeSync(file);
}

function headerOf(name, method, sum, packedSize, size) {
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
