/**
 * `npm run fuzz -- bundles|interruptions|classes|natives|mixed [--minutes N] [--seed S]`: tries hostile input for as long as it may take, in rounds from one seed to the next. What fails is told with the
 * command that does it again. The same properties run in `npm test`, a bounded number of times.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Files of tests with `fuzzRuns(<how often>)` in them. */
const subjects = {
  bundles: [
    'packages/core/src/bundle/bundle.test.ts',
    'packages/delta/src/group/group.test.ts',
    'packages/cli/src/bundle/hostile-bundles.test.ts',
  ],
  interruptions: ['packages/cli/src/bundle/interrupted-apply.test.ts'],
  classes: [
    'packages/delta/src/class/class-files.test.ts',
    'packages/delta/src/class/class-units.test.ts',
    'packages/delta/src/class/text-numbers.test.ts',
    'packages/delta/src/typed/typed-contents.test.ts',
    'packages/delta/src/typed/coded-text-numbers.test.ts',
    'packages/delta/src/typed/names.test.ts',
  ],
  natives: ['packages/delta/src/native/native-code.test.ts'],
  mixed: ['packages/delta/src/mixing/mixed-section.test.ts'],
};

/** A round has so many times what `npm test` has: starting costs little then, and every test still ends in its time. */
const times = 4;

const { values, positionals } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' } },
  allowPositionals: true,
});
const [subject] = positionals;
const minutes = Number(values.minutes);
const first = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (positionals.length !== 1 || !(subject in subjects) || !(minutes > 0) || !Number.isSafeInteger(first)) {
  process.stderr.write(
    `npm run fuzz -- <${Object.keys(subjects).join('|')}> [--minutes N] [--seed S], both numbers\n`,
  );
  process.exit(2);
}

const end = Date.now() + minutes * 60_000;
let tries = 0;
for (let seed = first; seed === first || Date.now() < end; seed++) {
  for (const file of subjects[subject]) round(file, seed);
  process.stdout.write(`seed ${seed}: ${tries.toLocaleString('en')} tries so far, all refused or harmless\n`);
}

function round(file, seed) {
  const folder = join(root, dirname(dirname(dirname(file))));
  const env = { ...process.env, BLOCK_PACK_FUZZ_TIMES: String(times), BLOCK_PACK_FUZZ_SEED: String(seed) };
  const args = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', relative(folder, join(root, file))];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  if (status !== 0) {
    process.stdout.write(
      `${stdout}${stderr}\nAgain: npm run fuzz -- ${subject} --minutes 0.01 --seed ${seed}\n`,
    );
    process.exit(1);
  }
  for (const [, often] of readFileSync(join(root, file), 'utf8').matchAll(/\bfuzzRuns\(([\d_]+)\)/g))
    tries += times * Number(often.replaceAll('_', ''));
}
