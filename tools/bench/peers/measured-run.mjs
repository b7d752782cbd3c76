import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from '../process-run.mjs';

const usage = join(scratch, 'peers-usage');

/** Seconds of processor time that one run may take. */
const patience = 1200;

/** What the shell's convention makes of SIGXCPU. */
const killedForTime = 128 + 24;

/** A program that would take too long. */
export class GaveUp extends Error {}

/** Runs a program to its end: `{ cpu, peakMb, stdout }`, seconds of processor time of all its threads and the most memory at once, as the system counts them. */
export function measuredRun(program, args) {
  const { status, stdout, stderr, error } = spawnSync(
    '/usr/bin/time',
    ['--format', '%U %S %M', '--output', usage, 'prlimit', `--cpu=${patience}`, program, ...args],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  if (status === killedForTime) throw new GaveUp(`${program} takes more than ${patience} s`);
  if (status !== 0)
    throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`, { cause: error });
  const [user, system, kilobytes] = readFileSync(usage, 'utf8')
    .trim()
    .split('\n')
    .at(-1)
    .split(' ')
    .map(Number);
  return { cpu: user + system, peakMb: kilobytes / 1000, stdout };
}

/** Several runs as one: times add up, memory is that of the largest. */
export function together(runs) {
  return {
    cpu: runs.reduce((sum, { cpu }) => sum + cpu, 0),
    peakMb: Math.max(0, ...runs.map(({ peakMb }) => peakMb)),
  };
}
