import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { bytesOf, collect, randomAccessOf } from '../../packages/core/dist/index.js';
import { applyDifference, writeDifference } from '../../packages/delta/dist/index.js';
import { changedEntries } from './changed-entries.mjs';
import { root, scratch } from './process-run.mjs';
import { fetched, releases } from './updates.mjs';

const sizeLimit = 2 ** 31;

/**
 * What the bytes of an update come to as a difference: a Java application's releases (contents only; headers of jars come on top), and
 * two packages, one of text and one of native code. Every difference is applied and compared.
 */
export async function bench() {
  const rows = [];
  for (let index = 1; index < releases.length; index++) {
    const [before, after] = [await fetched(releases[index - 1]), await fetched(releases[index])];
    rows.push({
      name: `allure ${releases[index]}`,
      ...(await measured(await changedEntries(before, after))),
    });
  }
  const [text, native] = [
    await measured(packages('typescript', '5.8.3', '5.9.2')),
    await measured(packages('@esbuild/linux-x64', '0.25.8', '0.25.9')),
  ];
  const all = [...rows, { name: 'typescript', ...text }, { name: 'esbuild', ...native }];
  for (const row of all) print(line(row));
  const goals = [
    outcome('allure, all updates', sum(rows), 2_700_000),
    outcome('typescript', text.bytes, 190_000),
    outcome('esbuild', native.bytes, 290_000),
  ];
  writeFileSync(join(scratch, 'difference.json'), `${JSON.stringify({ rows: all, goals }, null, 2)}\n`);
  return goals.every(({ met }) => met);
}

async function measured({ bases, contents }) {
  const from = bases.map(randomAccessOf);
  const wanted = contents.map(({ content, ...rest }) => ({ ...rest, content: randomAccessOf(content) }));
  const whole = Buffer.concat(contents.map(({ content }) => content));
  const start = process.cpuUsage();
  const difference = await collect(writeDifference(from, wanted), sizeLimit, 'the difference');
  const writing = cpuSince(start);
  const again = process.cpuUsage();
  const made = await collect(
    applyDifference(from, bytesOf(difference), whole.length),
    sizeLimit,
    'what it makes',
  );
  const applying = cpuSince(again);
  if (!whole.equals(made)) throw new Error('the difference makes something else');
  return { size: whole.length, bytes: difference.length, writing, applying };
}

/** Two versions of an npm package as tars. */
function packages(name, before, after) {
  return { bases: [tarball(name, before)], contents: [{ content: tarball(name, after), base: 0 }] };
}

function tarball(name, version) {
  const folder = join(root, '.cache', 'npm-tarballs');
  const file = join(folder, `${name.replace(/^@/, '').replace('/', '-')}-${version}.tgz`);
  if (!existsSync(file)) {
    const draft = `${folder}.draft`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { recursive: true });
    mkdirSync(folder, { recursive: true });
    const options = ['--pack-destination', draft, '--silent'];
    const { status, stdout } = spawnSync('npm', ['pack', `${name}@${version}`, ...options], {
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${name} ${version} could not be fetched`);
    renameSync(join(draft, stdout.trim()), file);
    rmSync(draft, { recursive: true });
  }
  return new Uint8Array(gunzipSync(readFileSync(file)));
}

/** Seconds of processor time, of all threads. */
function cpuSince(start) {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

function outcome(text, seen, limit) {
  const met = seen <= limit;
  print(`  ${met ? 'met   ' : 'MISSED'} ${text}: ${seen} bytes, at most ${limit}`);
  return { text, seen, limit, met };
}

function line({ name, size, bytes, writing, applying }) {
  const times = `written in ${writing.toFixed(1)} s, applied in ${applying.toFixed(2)} s of processor time`;
  return `  ${name.padEnd(14)} ${String(size).padStart(9)} -> ${String(bytes).padStart(7)}  ${times}`;
}

function sum(rows) {
  return rows.reduce((total, { bytes }) => total + bytes, 0);
}

function print(text) {
  process.stdout.write(`${text}\n`);
}
