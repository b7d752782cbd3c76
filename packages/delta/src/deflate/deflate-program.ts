// A string, not a file: so that it is there also when all of block-pack is one bundled file.

/**
 * Deflates batches of contents, as {@link ZlibEncoder} does one. A batch is contents one behind the other, and four numbers of each: its size, and the
 * parameters as the program numbers them. The answer has two numbers of each: the size of its stream, and the CRC-32 of its content.
 */
export const deflateThread = `
const { parentPort, workerData } = require('node:worker_threads');
const { crc32 } = require('node:zlib');
const { begin, room, place, add, finish, written, memory } = new WebAssembly.Instance(workerData).exports;
const bytes = new Uint8Array(memory.buffer);
const output = written();
function deflate(content, pieces) {
  let size = 0;
  const take = (length) => {
    if (length > 0) pieces.push(bytes.slice(output, output + length));
    size += length;
  };
  for (let at = 0; at < content.length; ) {
    const taken = content.subarray(at, at + room());
    bytes.set(taken, place());
    at += taken.length;
    take(add(taken.length));
  }
  take(finish());
  return size;
}
function joined(pieces, size) {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
parentPort.on('message', ({ contents, numbers }) => {
  const pieces = [];
  const sums = new Uint32Array(numbers.length / 2);
  let [at, size] = [0, 0];
  for (let i = 0; i < numbers.length; i += 4) {
    const content = contents.subarray(at, at + numbers[i]);
    at += content.length;
    begin(numbers[i + 1], numbers[i + 2], numbers[i + 3]);
    sums[i / 2] = deflate(content, pieces);
    sums[i / 2 + 1] = crc32(content);
    size += sums[i / 2];
  }
  const packed = joined(pieces, size);
  parentPort.postMessage({ contents, packed, sums }, [contents.buffer, packed.buffer]);
});
`;
