// Strings, not files: so that they are there also when all of block-pack is one bundled file. Files are open already: descriptors are those of the whole process.

/** Bytes that are read, digested and written at once: so few that they stay in the processor's cache from one to the other. */
export const pieceSize = 1 << 19;

/** Pieces that may be digested and not written yet. */
export const pieceCount = 16;

/** What two threads share: pieces that go round, and how many bytes are to be written of each: none where it is free, -1 where all has been written. */
export interface Ring {
  readonly pieces: SharedArrayBuffer;
  readonly lengths: Int32Array<SharedArrayBuffer>;
}

export function newRing(): Ring {
  return {
    pieces: new SharedArrayBuffer(pieceSize * pieceCount),
    lengths: new Int32Array(new SharedArrayBuffer(4 * pieceCount)),
  };
}

/** Takes batches of steps, digests what they lead to, and hands it on by the ring, where there is one. */
export const digester = `
const { createHash } = require('node:crypto');
const { readSync } = require('node:fs');
const { parentPort, workerData: { ring } } = require('node:worker_threads');
const { crc32 } = require('node:zlib');
const hash = createHash('sha256');
const alone = new Uint8Array(${pieceSize});
let [size, at] = [0, 0];
function freePiece() {
  if (ring === undefined) return alone;
  for (let length; (length = Atomics.load(ring.lengths, at)) !== 0; ) Atomics.wait(ring.lengths, at, length);
  return new Uint8Array(ring.pieces, at * ${pieceSize}, ${pieceSize});
}
function handOn(length) {
  if (ring === undefined) return;
  Atomics.store(ring.lengths, at, length);
  Atomics.notify(ring.lengths, at);
  at = (at + 1) % ring.lengths.length;
}
function take(chunk) {
  handOn(chunk.length);
  hash.update(chunk);
  size += chunk.length;
}
function add(bytes) {
  for (let from = 0; from < bytes.length; from += ${pieceSize}) {
    const piece = freePiece();
    const run = bytes.subarray(from, from + ${pieceSize});
    piece.set(run);
    take(piece.subarray(0, run.length));
  }
}
function copy({ file, offset, length, crc }) {
  let end = new Uint8Array();
  for (let left = length; left > 0; ) {
    const piece = freePiece();
    const count = readSync(file, piece, 0, Math.min(left, piece.length), offset + length - left);
    if (count === 0) return { crc, end, missing: left };
    const chunk = piece.subarray(0, count);
    take(chunk);
    crc = crc32(chunk, crc);
    end = Buffer.concat([end, chunk.subarray(-8)]).subarray(-8);
    left -= count;
  }
  return { crc, end: Uint8Array.from(end) };
}
parentPort.on('message', ({ array, steps }) => {
  if (steps === undefined) {
    freePiece();
    handOn(-1);
    return parentPort.postMessage({ digest: 'sha256:' + hash.digest('hex'), size });
  }
  const sums = [];
  try {
    for (const step of steps) {
      if (step.file === undefined) add(array.subarray(step.offset, step.offset + step.length));
      else sums.push(copy(step));
    }
    parentPort.postMessage({ array, sums, size }, [array.buffer]);
  } catch ({ code, syscall, message }) {
    parentPort.postMessage({ errno: { code, syscall, message }, copied: sums.length });
  }
});
`;

/** Writes what comes round. After an error it goes on without writing, so that nobody waits for it. */
export const writer = `
const { writeSync } = require('node:fs');
const { parentPort, workerData: { ring: { lengths, pieces }, output } } = require('node:worker_threads');
let failed = false;
for (let at = 0; ; at = (at + 1) % lengths.length) {
  Atomics.wait(lengths, at, 0);
  const length = Atomics.load(lengths, at);
  if (length < 0) break;
  try {
    const piece = new Uint8Array(pieces, at * ${pieceSize}, length);
    for (let from = 0; from < length && !failed; ) from += writeSync(output, piece, from);
  } catch ({ code, syscall, message }) {
    failed = true;
    parentPort.postMessage({ errno: { code, syscall, message } });
  }
  Atomics.store(lengths, at, 0);
  Atomics.notify(lengths, at);
}
if (!failed) parentPort.postMessage('written');
`;
