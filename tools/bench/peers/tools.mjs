import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../process-run.mjs';
import { measuredRun } from './measured-run.mjs';

/** The Python binding of HDiffPatch, the form in which package registries have it. */
const hdiffpatch = 'hdiffpatch==2.6.0';
const python = join(root, '.cache/peers/python');

/**
 * What others would use. `of: 'tar'` are given the tars of both layers; `of: 'changes'`, whose memory or time would not do for that, only what changed
 * between them, as two tars, which others have to find out for themselves. Each is `{ name, of, version(), make({ before, after, delta }), apply({ before,
 * after, delta, made }) }`; `delta` and `made` are paths to be written. `make` gives `{ bytes, cpu, peakMb }`. `beforeFiles` of `apply` is `before` unpacked.
 */
export const peers = [
  {
    name: 'casync',
    of: 'tar',
    version: () => firstLine('casync', '--version'),
    make({ before, after, delta }) {
      const store = `--store=${delta}.chunks`;
      rmSync(`${delta}.chunks`, { recursive: true, force: true });
      const options = ['make', store];
      measuredRun('casync', [...options, `${delta}.old.caibx`, before]);
      const old = chunksIn(`${delta}.chunks`);
      const run = measuredRun('casync', [...options, `${delta}.caibx`, after]);
      const fresh = [...chunksIn(`${delta}.chunks`)].filter(([path]) => !old.has(path));
      const bytes = fresh.reduce((sum, [, size]) => sum + size, statSync(`${delta}.caibx`).size);
      return { ...run, bytes };
    },
    apply: ({ delta, made }) =>
      measuredRun('casync', ['extract', `--store=${delta}.chunks`, `${delta}.caibx`, made]),
  },
  {
    name: 'xdelta3 -9',
    of: 'tar',
    version: () => firstLine('xdelta3', '-V'),
    // The window reaches over all of the older file.
    make: ({ before, after, delta }) =>
      made(delta, 'xdelta3', ['-e', '-9', '-f', '-B', windowOf(before), '-s', before, after, delta]),
    apply: ({ before, delta, made }) =>
      measuredRun('xdelta3', ['-d', '-f', '-B', windowOf(before), '-s', before, delta, made]),
  },
  {
    name: 'zstd -19 --patch-from',
    of: 'tar',
    version: () => /v[\d.]+/.exec(firstLine('zstd', '--version'))?.[0],
    make: ({ before, after, delta }) =>
      made(delta, 'zstd', ['-q', '-f', '-19', '--long=30', `--patch-from=${before}`, after, '-o', delta]),
    apply: ({ before, delta, made }) =>
      measuredRun('zstd', ['-q', '-f', '-d', '--long=30', `--patch-from=${before}`, delta, '-o', made]),
  },
  {
    name: 'tar-diff -19',
    of: 'tar',
    version: () => firstLine('tar-diff', '-version'),
    make: ({ before, after, delta }) =>
      made(delta, 'tar-diff', ['-compression-level', '19', before, after, delta]),
    apply: ({ beforeFiles, delta, made }) => measuredRun('tar-patch', [delta, beforeFiles, made]),
  },
  {
    name: 'bsdiff',
    of: 'changes',
    version: () => (has('bsdiff') ? '4.3' : undefined),
    make: ({ before, after, delta }) => made(delta, 'bsdiff', [before, after, delta]),
    apply: ({ before, delta, made }) => measuredRun('bspatch', [before, made, delta]),
  },
  {
    name: 'HDiffPatch, brotli',
    of: 'changes',
    version: () => (hasHdiffpatch() ? hdiffpatch : undefined),
    make: ({ before, after, delta }) =>
      made(delta, join(python, 'bin/python'), [
        '-c',
        'import sys, hdiffpatch\nr = lambda i: open(sys.argv[i], "rb").read()\nopen(sys.argv[3], "wb").write(hdiffpatch.diff(r(1), r(2), compression=hdiffpatch.BrotliConfig(level=11, window=24)))',
        before,
        after,
        delta,
      ]),
    apply: ({ before, delta, made }) =>
      measuredRun(join(python, 'bin/python'), [
        '-c',
        'import sys, hdiffpatch\nr = lambda i: open(sys.argv[i], "rb").read()\nopen(sys.argv[3], "wb").write(hdiffpatch.apply(r(1), r(2)))',
        before,
        delta,
        made,
      ]),
  },
];

/** Those that this machine has, with their versions; says which it has not. */
export function peersHere(wanted = peers) {
  const here = wanted.filter((peer) => peer.version() !== undefined);
  for (const { name } of wanted.filter((peer) => !here.includes(peer)))
    process.stdout.write(`  ${name} could not be had on this machine\n`);
  return here;
}

function made(delta, program, args) {
  return { ...measuredRun(program, args), bytes: statSync(delta).size };
}

/** A power of two, as xdelta3 wants it. */
function windowOf(file) {
  return String(Math.max(1 << 23, 2 ** Math.ceil(Math.log2(statSync(file).size))));
}

function chunksIn(store) {
  const files = readdirSync(store, { recursive: true }).filter((path) => path.endsWith('.cacnk'));
  return new Map(files.map((path) => [path, statSync(join(store, path)).size]));
}

function hasHdiffpatch() {
  if (existsSync(join(python, 'done'))) return true;
  mkdirSync(join(python, '..'), { recursive: true });
  try {
    execFileSync('python3', ['-m', 'venv', python], { stdio: 'ignore' });
    const install = ['-m', 'pip', '--quiet', 'install', '--only-binary', ':all:', hdiffpatch];
    execFileSync(join(python, 'bin/python'), install, { stdio: 'ignore' });
  } catch {
    return false;
  }
  writeFileSync(join(python, 'done'), hdiffpatch);
  return true;
}

function has(program) {
  return spawnSync(program, []).error === undefined;
}

function firstLine(program, option) {
  const { error, stdout, stderr } = spawnSync(program, [option], { encoding: 'utf8' });
  return error === undefined ? `${stdout}${stderr}`.trim().split('\n')[0] : undefined;
}
