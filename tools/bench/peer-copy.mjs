/**
 * The least that any tool must do: read each file once, digest it with node:crypto, write it somewhere else. One process, 1 MiB at a time.
 * `node peer-copy.mjs <from> <to> [--fsync]`; with --fsync each file is on the disk before the next begins, as a store's must be.
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const [, , from, to, durable] = process.argv;
const buffer = Buffer.allocUnsafe(1 << 20);

mkdirSync(to, { recursive: true });
const digests = readdirSync(from).map((name) => [name, copied(join(from, name), join(to, name))]);
process.stdout.write(digests.map(([name, digest]) => `${digest}  ${name}\n`).join(''));

function copied(source, target) {
  const hash = createHash('sha256');
  const input = openSync(source, 'r');
  const output = openSync(target, 'w');
  for (let size = readSync(input, buffer); size > 0; size = readSync(input, buffer)) {
    const chunk = buffer.subarray(0, size);
    hash.update(chunk);
    writeSync(output, chunk);
  }
  if (durable === '--fsync') fsyncSync(output);
  closeSync(output);
  closeSync(input);
  return hash.digest('hex');
}
