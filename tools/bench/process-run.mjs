import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Where benches keep their inputs, outputs and results. */
export const scratch = join(root, '.cache/bench');
mkdirSync(scratch, { recursive: true });

const cli = join(root, 'packages/cli/dist/block-pack.js');
const usageFile = join(scratch, 'usage');
const reportUsage = pathToFileURL(join(root, 'tools/bench/report-usage.mjs')).href;

/** Runs `node <args>` and measures the whole process: wall time in milliseconds, peak memory in MB. */
export function nodeRun(args) {
  rmSync(usageFile, { force: true });
  const env = { ...process.env, BENCH_USAGE_FILE: usageFile };
  const measured = timed(['--import', reportUsage, ...args], env);
  return { ...measured, peakMb: Number(readFileSync(usageFile, 'utf8')) / 1024 };
}

/** The same without a look at the memory, which costs a few milliseconds. */
export function bareNodeRun(args) {
  return timed(args, process.env);
}

/** Runs a shell command and measures its wall time in milliseconds. */
export function shellRun(command) {
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
  const ms = Number(process.hrtime.bigint() - start) / 1e6;
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
  return { ms };
}

/** What to hand to {@link nodeRun} to run block-pack. */
export function blockPack(...words) {
  return [cli, ...words];
}

/** What was written before is written to the disk now, and not while the next contestant runs. */
export function settle() {
  spawnSync('sync');
}

function timed(args, env) {
  const start = process.hrtime.bigint();
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  const ms = Number(process.hrtime.bigint() - start) / 1e6;
  if (status !== 0)
    throw new Error(`node ${args.join(' ')} ended with ${status}: ${stdout}${stderr}`, { cause: error });
  return { ms };
}
