import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mavenBumps } from '../maven-bumps/fetch.mjs';
import { root, scratch } from '../process-run.mjs';
import { measuredRun, together } from './measured-run.mjs';

export const kinds = ['patch', 'minor', 'major'];
const folder = join(scratch, 'peers-pairs');

/** Who mixes as much as `bundle --smallest` does. */
export const smallest = 'block-pack --smallest';

/** Peers that compare two files. */
export const comparesFiles = ({ name }) => !/^(?:casync|tar-diff)/.test(name);

/**
 * Every jar against its older version, each alone, and made again to the byte.
 * @returns `{ pairs, newBytes, results }`, the last a map of contestants to `{ [kind]: bytes, make, apply }`; `newBytes` by kind as well
 */
export function mavenPairs(peers) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const pairs = mavenBumps().map((bump, index) => ({
    ...bump,
    delta: join(folder, `${index}.delta`),
    made: join(folder, `${index}.jar`),
  }));
  const results = new Map([
    ['block-pack', ours(pairs)],
    [smallest, ours(pairs, String(1 << 24))],
  ]);
  for (const peer of peers) {
    const make = pairs.map((pair) => peer.make(pair));
    const apply = pairs.map((pair) => peer.apply(pair));
    const bytes = make.map((one) => one.bytes);
    results.set(peer.name, { ...checked(pairs, bytes), make: together(make), apply: together(apply) });
  }
  rmSync(folder, { recursive: true });
  const newBytes = byKind(
    pairs,
    pairs.map(({ after }) => statSync(after).size),
  );
  return {
    pairs: byKind(
      pairs,
      pairs.map(() => 1),
    ),
    newBytes,
    results,
  };
}

/**
 * All pairs in one process, since that is how a bundle makes them.
 * @param words most bytes of a jar that are mixed; without it as many as usual
 */
function ours(pairs, ...words) {
  const list = join(folder, 'pairs.json');
  writeFileSync(list, JSON.stringify(pairs));
  const run = join(root, 'tools/bench/peers/jar-pairs-run.mjs');
  const make = measuredRun(process.execPath, [run, 'make', list, ...words]);
  const apply = measuredRun(process.execPath, [run, 'apply', list]);
  const bytes = pairs.map(({ delta }) => statSync(delta).size);
  return { ...checked(pairs, bytes), make: together([make]), apply: together([apply]) };
}

function checked(pairs, bytes) {
  for (const { after, delta, made } of pairs) {
    execFileSync('cmp', [after, made]);
    rmSync(made);
    rmSync(delta);
  }
  return byKind(pairs, bytes);
}

function byKind(pairs, numbers) {
  const sum = (kind) =>
    pairs.reduce((total, pair, index) => total + (pair.kind === kind ? numbers[index] : 0), 0);
  return Object.fromEntries(kinds.map((kind) => [kind, sum(kind)]));
}
