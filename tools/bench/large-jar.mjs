import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hold } from './contest.mjs';
import { emptied, someJars } from './corpus.mjs';
import { writeJar } from './jar-file.mjs';
import { blockPack, nodeRun } from './process-run.mjs';

const chunk = Buffer.alloc(1 << 20, 'block-pack ');

/** Memory must not grow with the input: one jar of 2 GB among others. */
export async function bench() {
  const lib = someJars('large-jar-lib', 3);
  const jar = join(lib, 'large-1.0.jar');
  const content = () => Array.from({ length: 2048 }, () => chunk);
  writeJar(jar, [{ name: 'large.bin', method: 0, content }]);
  const manifest = emptied('large-jar.import');
  const met = await hold({
    name: 'large-jar',
    title: `One jar of ${(statSync(jar).size / 1e9).toFixed(1)} GB`,
    rounds: 5,
    contestants: [
      {
        name: 'block-pack',
        prepare: () => emptied('large-jar-store'),
        run: () => nodeRun(blockPack('java', lib, '--store', emptied('large-jar-store'), '-o', manifest)),
      },
    ],
    goals: [{ text: 'peak MB', seen: (medians) => medians['block-pack'].peakMb, limit: 150 }],
  });
  rmSync(emptied('large-jar-store'), { force: true });
  rmSync(jar);
  return met;
}
