import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hold } from './contest.mjs';
import { described, emptied, someJars } from './corpus.mjs';
import { largeDeflatedJar } from './large-deflated-jar.mjs';
import { nodeRun, root } from './process-run.mjs';

const run = join(root, 'tools/bench/archives-run.mjs');

/** Jars of the corpus are taken apart and put together again, to the byte; one of 2 GB in the memory of a small one. */
export async function bench() {
  const jars = someJars('archives-lib', 200);
  const large = emptied('archives-large.jar');
  largeDeflatedJar(large);
  const result = emptied('archives-result.json');
  const met = await hold({
    name: 'archives',
    title: `${described(jars)}, taken apart and put together; and a jar of 2 GB`,
    rounds: 1,
    contestants: [
      { name: 'jars', run: () => ({ ...nodeRun([run, result, jars]), ...factsOf(result) }) },
      { name: 'large jar', run: () => ({ ...nodeRun([run, result, large]), ...factsOf(result) }) },
    ],
    goals: [
      { text: 'jars that came out different', seen: ({ jars }) => jars.different, limit: 0 },
      { text: 'jars without a layout', seen: ({ jars }) => jars.withoutLayout, limit: 0 },
      { text: '% of deflate streams without an encoder', seen: ({ jars }) => jars.rawShare, limit: 0.1 },
      { text: 'peak MB for the large jar', seen: (medians) => medians['large jar'].peakMb, limit: 200 },
    ],
  });
  rmSync(large);
  return met;
}

function factsOf(result) {
  const { different, withoutLayout, packings, inflated, cpu } = JSON.parse(readFileSync(result, 'utf8'));
  const of = (wanted) =>
    Object.entries(packings).reduce((sum, [name, count]) => sum + (wanted(name) ? count : 0), 0);
  const raw = of((name) => name === 'raw, method 8');
  const found = of((name) => /^(?:zlib|chromium) /.test(name));
  return {
    different: different.length,
    withoutLayout: withoutLayout.length,
    streams: raw + found,
    rawShare: (100 * raw) / (raw + found),
    apartMbPerSecond: inflated / 1e6 / cpu.apart,
    togetherMbPerSecond: inflated / 1e6 / cpu.together,
  };
}
