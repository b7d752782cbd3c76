import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { corpus, emptied } from './corpus.mjs';
import { noise, writeJar } from './jar-file.mjs';
import { digestIn } from './layout-digest.mjs';
import { measuredRun } from './peers/measured-run.mjs';
import { blockPack, scratch } from './process-run.mjs';

const pieces = 2000;

/** Memory is bounded whatever the size, and time by minutes: a jar of 2 GB that changed in many places, and one of which nothing is left. */
const cases = {
  edited: { before: () => jars(), after: () => edited(jars()), limit: 2_000_000 },
  replaced: { before: () => noise(pieces, 1), after: () => noise(pieces, 2), limit: 2_110_000_000 },
};

/** Megabytes that block-pack says it needs to make and to apply any bundle; minutes of processor time to make this one. */
const promised = { make: 800, apply: 400, minutes: 15 };

export async function bench(wanted) {
  const outcomes = [];
  for (const name of Object.keys(cases).filter((one) => [undefined, one].includes(wanted))) {
    const { bytes, make, apply } = updated(cases[name]);
    print(`\nOne jar of 2 GB, ${name}: a bundle of ${bytes.toLocaleString('en')} bytes`);
    print(`  made in ${make.cpu.toFixed(0)} s of processor time and ${make.peakMb.toFixed(0)} MB`);
    print(`  applied in ${apply.cpu.toFixed(0)} s of processor time and ${apply.peakMb.toFixed(0)} MB`);
    outcomes.push(
      { name, text: 'bytes', seen: bytes, limit: cases[name].limit },
      { name, text: 'MB to make', seen: make.peakMb, limit: promised.make },
      { name, text: 'MB to apply', seen: apply.peakMb, limit: promised.apply },
      { name, text: 'minutes to make', seen: make.cpu / 60, limit: promised.minutes },
    );
  }
  for (const { name, text, seen, limit } of outcomes)
    print(
      `  ${seen <= limit ? 'met   ' : 'MISSED'} ${name}, ${text}: ${Math.round(seen * 10) / 10}, at most ${limit}`,
    );
  writeFileSync(join(scratch, 'large-change.json'), `${JSON.stringify({ outcomes }, null, 2)}\n`);
  return outcomes.every(({ seen, limit }) => seen <= limit);
}

/** From one jar to the other; at the site it must become the image that was built. */
function updated({ before, after }) {
  const folder = emptied('large-change');
  const at = (...names) => join(folder, ...names);
  const run = (store, ...words) =>
    measuredRun(process.execPath, [...blockPack(...words), '--store', at(store), '--quiet']);
  mkdirSync(at('lib'), { recursive: true });
  for (const [version, content] of Object.entries({ before, after })) {
    writeJar(at('lib/large-1.0.jar'), [{ name: 'large.bin', method: 0, content }]);
    run('store', 'java', at('lib'), '-o', at('large.import'));
    run('store', 'image', at('large.import'), '--encoding', 'gzip-0', '-o', `oci:${at(version)}:${version}`);
  }
  rmSync(at('lib'), { recursive: true });
  rmSync(at('store'), { recursive: true });
  const file = at('update.tar');
  const [old, next] = ['before', 'after'].map((version) => `oci:${at(version)}:${version}`);
  const make = run('store', 'bundle', next, '--since', old, '-o', file);
  execFileSync('mv', [at('before'), at('site')]);
  const apply = run('site-store', 'apply', file, '--to', `oci:${at('site')}:after`);
  if (digestIn(at('site'), 'after') !== digestIn(at('after'), 'after'))
    throw new Error('the jar became another one');
  const bytes = statSync(file).size;
  rmSync(folder, { recursive: true });
  return { bytes, make, apply };
}

/** Jars of the corpus over and over, each piece other than all before. */
function* jars() {
  const lib = corpus();
  const names = readdirSync(lib).sort();
  let count = 0;
  for (let at = 0; count < pieces * 1.2; at = (at + 1) % names.length) {
    const jar = readFileSync(join(lib, names[at]));
    for (let from = 0; from < jar.length && count < pieces * 1.2; from += 1 << 20) {
      const piece = jar.subarray(from, from + (1 << 20));
      if (piece.length < 1 << 16) continue;
      piece.writeUInt32LE(count++, 12_345);
      yield piece;
    }
  }
}

/** What is put in moves all behind it: at one place much, in every sixteenth piece little. */
function* edited(content) {
  let count = 0;
  for (const piece of content) {
    if (count === 60) yield* noise(1, 3);
    if (count % 16 === 5) {
      yield piece.subarray(0, piece.length / 2);
      yield Buffer.from('This was put in. '.repeat(count % 9));
    }
    yield count % 16 === 5 ? piece.subarray(piece.length / 2) : piece;
    count++;
  }
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
