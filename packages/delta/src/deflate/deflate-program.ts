// A string, not a file: so that it is there also when all of block-pack is one bundled file.

const givesWay = 5;
const lowestPriority = 19;

/**
 * Deflates batches of contents, as {@link ZlibEncoder} does one. A batch is contents one behind the other, and four numbers of each: its size, and the
 * parameters as the program numbers them. The answer is their streams one behind the other, in the same
 * array where they fit, and two numbers of each: the size of its stream, and the CRC-32 of its content.
 *
 * It gives way to the thread that asks, which all others wait for. Where the system knows priorities of
 * threads ({@link https://man7.org/linux/man-pages/man2/setpriority.2.html setpriority(2)}), it takes a lower one: not by much, else it would hardly run beside
 * other processes.
 */
export const deflateThread = `
const os = require('node:os');
if (process.platform === 'linux')
  try {
    os.setPriority(Math.min(${lowestPriority}, os.getPriority() + ${givesWay}));
  } catch {}
const { parentPort, workerData } = require('node:worker_threads');
const { crc32 } = require('node:zlib');
const { begin, room, place, add, finish, written, memory } = new WebAssembly.Instance(workerData).exports;
const bytes = new Uint8Array(memory.buffer);
const from = written();
let streams = new Uint8Array(${1 << 19});
let filled = 0;
function take(length) {
  if (filled + length > streams.length) {
    const more = new Uint8Array(2 * streams.length + length);
    more.set(streams.subarray(0, filled));
    streams = more;
  }
  streams.set(bytes.subarray(from, from + length), filled);
  filled += length;
}
function deflate(content) {
  for (let at = 0; at < content.length; ) {
    const taken = content.subarray(at, at + room());
    bytes.set(taken, place());
    at += taken.length;
    take(add(taken.length));
  }
  take(finish());
}
parentPort.on('message', ({ contents, numbers }) => {
  const sums = new Uint32Array(numbers.length / 2);
  let at = 0;
  filled = 0;
  for (let i = 0; i < numbers.length; i += 4) {
    const content = contents.subarray(at, at + numbers[i]);
    at += content.length;
    begin(numbers[i + 1], numbers[i + 2], numbers[i + 3]);
    const before = filled;
    deflate(content);
    sums[i / 2] = filled - before;
    sums[i / 2 + 1] = crc32(content);
  }
  const packed = filled <= contents.length ? contents : new Uint8Array(filled);
  packed.set(streams.subarray(0, filled));
  parentPort.postMessage({ packed, sums }, [packed.buffer]);
});
`;
