import { closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { hold } from './contest.mjs';
import { emptied, someJars } from './corpus.mjs';
import { blockPack, nodeRun } from './process-run.mjs';

const chunk = Buffer.alloc(1 << 20, 'block-pack ');
const chunks = 2048;

/** Memory must not grow with the input: one jar of 2 GB among others. */
export async function bench() {
  const lib = someJars('large-jar-lib', 3);
  const jar = join(lib, 'large-1.0.jar');
  writeLargeJar(jar);
  const manifest = emptied('large-jar.import');
  const met = await hold({
    name: 'large-jar',
    title: `One jar of ${(statSync(jar).size / 1e9).toFixed(1)} GB`,
    rounds: 5,
    contestants: [
      {
        name: 'block-pack',
        prepare: () => emptied('large-jar-store'),
        run: () => nodeRun(blockPack('java', lib, '--store', emptied('large-jar-store'), '-o', manifest)),
      },
    ],
    goals: [{ text: 'peak MB', seen: (medians) => medians['block-pack'].peakMb, limit: 150 }],
  });
  rmSync(emptied('large-jar-store'), { force: true });
  rmSync(jar);
  return met;
}

/** A zip with one stored entry, small enough to need no zip64. */
function writeLargeJar(path) {
  const size = chunk.length * chunks;
  const header = Buffer.alloc(26);
  header.writeUInt16LE(20, 0);
  header.writeUInt32LE(checksum(), 10);
  header.writeUInt32LE(size, 14);
  header.writeUInt32LE(size, 18);
  const name = Buffer.from('large.bin');
  header.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), header, name]);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), header, Buffer.alloc(14), name]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length + size, 16);
  const file = openSync(path, 'w');
  writeSync(file, local);
  for (let count = 0; count < chunks; count++) writeSync(file, chunk);
  writeSync(file, Buffer.concat([central, end]));
  closeSync(file);
}

function checksum() {
  let sum = 0;
  for (let count = 0; count < chunks; count++) sum = crc32(chunk, sum);
  return sum;
}
