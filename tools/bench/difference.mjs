import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { bytesOf, collect, randomAccessOf, readZip, readZipEntry } from '../../packages/core/dist/index.js';
import { applyDifference, writeDifference } from '../../packages/delta/dist/index.js';
import { changedEntries } from './changed-entries.mjs';
import { root, scratch } from './process-run.mjs';
import { fetched, releases } from './updates.mjs';

const sizeLimit = 2 ** 31;

/**
 * What the bytes of an update come to as a difference: a Java application's releases (contents only; headers of jars come on top), a
 * package of text, and native code of several compilers. Every difference is applied and compared.
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
  const text = await measured(packages('typescript', '5.8.3', '5.9.2'));
  const natives = [];
  for (const [name, pair] of Object.entries(nativeCode)) {
    natives.push({ name, ...(await measured(await pair())) });
  }
  const all = [...rows, { name: 'typescript', ...text }, ...natives];
  for (const row of all) print(line(row));
  const [esbuild, , numpy, , , , pandas] = natives;
  const goals = [
    outcome('allure, all updates', sum(rows), 2_700_000),
    outcome('typescript', text.bytes, 190_000),
    outcome('esbuild', esbuild.bytes, 165_000),
    outcome('numpy', numpy.bytes, 15_000),
    outcome('pandas, compiled anew', pandas.bytes, 421_500),
  ];
  writeFileSync(join(scratch, 'difference.json'), `${JSON.stringify({ rows: all, goals }, null, 2)}\n`);
  return goals.every(({ met }) => met);
}

/** Go; C and C++; Rust, a patch, a minor release and one more; Cython that was compiled anew. */
const nativeCode = {
  esbuild: () => npmFiles('@esbuild/linux-x64', '0.25.8', '0.25.9', 'package/bin/esbuild'),
  'esbuild, arm64': () => npmFiles('@esbuild/linux-arm64', '0.25.8', '0.25.9', 'package/bin/esbuild'),
  numpy: () => wheelFiles('numpy', '2.4.0', '2.4.1', '_core/_multiarray_umath'),
  'pydantic patch': () => wheelFiles('pydantic_core', '2.50.3', '2.50.4', '_pydantic_core'),
  'pydantic minor': () => wheelFiles('pydantic_core', '2.46.5', '2.49.0', '_pydantic_core'),
  lightningcss: () =>
    npmFiles('lightningcss-linux-x64-gnu', '1.30.1', '1.30.2', 'package/lightningcss.linux-x64-gnu.node'),
  pandas: () => wheelFiles('pandas', '2.2.3', '2.3.3', '_libs/groupby'),
};

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
  return pairOf(
    [before, after].map((version) => new Uint8Array(gunzipSync(readFileSync(npmTarball(name, version))))),
  );
}

/** One file of an npm package in two versions. */
function npmFiles(name, before, after, path) {
  return pairOf([before, after].map((version) => tarFile(npmTarball(name, version), path)));
}

/** The shared library of a wheel that begins with `start`, in two versions. */
async function wheelFiles(name, before, after, start) {
  return pairOf([await wheelFile(name, before, start), await wheelFile(name, after, start)]);
}

function pairOf([base, content]) {
  return { bases: [base], contents: [{ content, base: 0 }] };
}

function tarFile(file, path) {
  const { status, stdout } = spawnSync('tar', ['-xzOf', file, path], { maxBuffer: sizeLimit });
  if (status !== 0) throw new Error(`${file} has no ${path}`);
  return new Uint8Array(stdout);
}

async function wheelFile(name, version, start) {
  const source = randomAccessOf(new Uint8Array(readFileSync(pythonWheel(name, version))));
  const archive = await readZip(source, name);
  const entry = archive.entries.find(({ path }) => path.startsWith(`${name}/${start}.`));
  return collect(readZipEntry(source, archive, entry), sizeLimit, entry.path);
}

function npmTarball(name, version) {
  const file = `${name.replace(/^@/, '').replace('/', '-')}-${version}.tgz`;
  return fetchedFile(file, 'npm', ['pack', `${name}@${version}`, '--silent'], '--pack-destination');
}

/** For CPython 3.12 and the oldest glibc that there is a wheel for. */
function pythonWheel(name, version) {
  const platforms = ['2_17', '2_24', '2_27', '2_28'].flatMap((glibc) => [
    '--platform',
    `manylinux_${glibc}_x86_64`,
  ]);
  const what = ['download', `${name}==${version}`, '--no-deps', '--only-binary', ':all:', '-q'];
  return fetchedFile(
    `${name}-${version}.whl`,
    'pip',
    [...what, '--python-version', '3.12', ...platforms],
    '-d',
  );
}

/** A file that a package manager fetches once into a directory that is given behind `option`. */
function fetchedFile(name, command, args, option) {
  const folder = join(root, '.cache', command === 'npm' ? 'npm-tarballs' : 'wheels');
  const file = join(folder, name);
  if (existsSync(file)) return file;
  const draft = `${file}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  mkdirSync(folder, { recursive: true });
  const { status } = spawnSync(command, [...args, option, draft], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${name} could not be fetched`);
  const [fetched] = readdirSync(draft);
  renameSync(join(draft, fetched), file);
  rmSync(draft, { recursive: true });
  return file;
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
  return `  ${name.padEnd(15)} ${String(size).padStart(9)} -> ${String(bytes).padStart(7)}  ${times}`;
}

function sum(rows) {
  return rows.reduce((total, { bytes }) => total + bytes, 0);
}

function print(text) {
  process.stdout.write(`${text}\n`);
}
