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

/** Members that are unpacked before their turn: zlib has threads of its own, and digesting need not wait for them. */
const unpackedAhead = 2;

/** Bytes that a member which waits for its turn may have unpacked. */
const roomAhead = 4 << 20;

/** Takes batches of steps, digests what they lead to, and hands it on by the ring, where there is one. */
export const digester = `
const { createHash } = require('node:crypto');
const { readSync } = require('node:fs');
const { parentPort, workerData: { ring } } = require('node:worker_threads');
const { crc32, createGunzip } = require('node:zlib');
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
  if (ring === undefined) return take(bytes);
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
    end = lastOf(end, chunk);
    left -= count;
  }
  return { crc, end };
}
function lastOf(end, chunk) {
  return Uint8Array.from(Buffer.concat([end, chunk.subarray(-8)]).subarray(-8));
}
function unpack(step) {
  const gunzip = createGunzip({ chunkSize: ${1 << 17}, highWaterMark: ${roomAhead} });
  const sum = { crc: step.crc, end: new Uint8Array() };
  feed(step, gunzip, sum).catch((error) => gunzip.destroy(error));
  gunzip.on('error', () => {});
  return { gunzip, sum };
}
async function feed({ file, offset, length }, gunzip, sum) {
  const piece = new Uint8Array(Math.min(length, ${pieceSize}));
  for (let left = length; left > 0; ) {
    const count = readSync(file, piece, 0, Math.min(left, piece.length), offset + length - left);
    if (count === 0) {
      sum.missing = left;
      break;
    }
    const chunk = piece.subarray(0, count);
    sum.end = lastOf(sum.end, chunk);
    left -= count;
    await new Promise((resolve, reject) => gunzip.write(chunk, (error) => (error ? reject(error) : resolve())));
  }
  gunzip.end();
}
async function addUnpacked({ gunzip, sum }, limit) {
  let left = limit;
  try {
    for await (const chunk of gunzip) {
      left -= chunk.length;
      if (left < 0) return { ...sum, flaw: 'more than ' + limit + ' bytes are inside' };
      add(chunk);
    }
    return sum;
  } catch (error) {
    if (!/^Z_/.test(error.code)) throw error;
    return { ...sum, flaw: error.message };
  }
}
async function follow(steps, array, sums) {
  const members = [];
  let ahead = 0;
  for (const [index, step] of steps.entries()) {
    for (; ahead < steps.length && ahead <= index + ${unpackedAhead}; ahead++)
      if (steps[ahead].limit !== undefined) members[ahead] = unpack(steps[ahead]);
    if (step.file === undefined) add(array.subarray(step.offset, step.offset + step.length));
    else sums.push(step.limit === undefined ? copy(step) : await addUnpacked(members[index], step.limit));
    delete members[index];
  }
}
async function answer({ array, steps }) {
  if (steps === undefined) {
    freePiece();
    handOn(-1);
    return parentPort.postMessage({ digest: 'sha256:' + hash.digest('hex'), size });
  }
  const sums = [];
  try {
    await follow(steps, array, sums);
    parentPort.postMessage({ array, sums, size }, [array.buffer]);
  } catch (error) {
    const { code, syscall, message } = error;
    // Whatever else it is, the process that waits is told by the end of this thread.
    if (syscall === undefined) throw error;
    parentPort.postMessage({ errno: { code, syscall, message }, sums });
  }
}
let last = Promise.resolve();
parentPort.on('message', (batch) => {
  last = last.then(() => answer(batch));
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
  } catch (error) {
    const { code, syscall, message } = error;
    if (syscall === undefined) throw error;
    failed = true;
    parentPort.postMessage({ errno: { code, syscall, message } });
  }
  Atomics.store(lengths, at, 0);
  Atomics.notify(lengths, at);
}
if (!failed) parentPort.postMessage('written');
`;
