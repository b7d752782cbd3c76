import { join } from 'node:path';
import { hold } from './contest.mjs';
import { corpus, described, emptied } from './corpus.mjs';
import { blockPack, nodeRun, root } from './process-run.mjs';

/** An empty store against the same bytes digested and written by a plain script, without and with fsync of each file. */
export function bench() {
  const lib = corpus();
  const peer = join(root, 'tools/bench/peer-copy.mjs');
  const manifest = emptied('cold.import');
  return hold({
    name: 'cold-pack',
    title: `Cold pack of ${described(lib)}`,
    rounds: 5,
    contestants: [
      copier('digest and write', []),
      {
        name: 'block-pack',
        prepare: clean,
        run: () => nodeRun(blockPack('java', lib, '--store', clean(), '-o', manifest)),
      },
      copier('digest, write and fsync', ['--fsync']),
    ],
    goals: [
      goal('digest and write', 1.5),
      goal('digest, write and fsync', 1.5),
      { text: 'peak MB of block-pack', seen: (medians) => medians['block-pack'].peakMb, limit: 150 },
    ],
  });

  function copier(name, options) {
    return { name, prepare: clean, run: () => nodeRun([peer, lib, clean(), ...options]) };
  }
}

function clean() {
  return emptied('cold-output');
}

function goal(peer, limit) {
  return {
    text: `time of block-pack / ${peer}`,
    seen: (medians) => medians['block-pack'].ms / medians[peer].ms,
    limit,
  };
}
