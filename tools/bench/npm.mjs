import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hold } from './contest.mjs';
import { emptied } from './corpus.mjs';
import { blockPack, nodeRun, root, scratch, shellRun } from './process-run.mjs';

/** A large node_modules packed into an empty store against tar and sha256sum of the same tree, and packed again with nothing changed. */
export function bench() {
  const project = installed();
  const store = join(scratch, 'npm-store');
  const words = blockPack('npm', project, '--store', store, '-o', join(scratch, 'npm.import'), '--quiet');
  const again = 'block-pack, nothing changed';
  return hold({
    name: 'npm',
    title: `node_modules of ${readdirSync(join(project, 'node_modules')).length} folders`,
    rounds: 5,
    contestants: [
      { name: 'tar | sha256sum', run: () => shellRun(`tar -C '${project}' -cf - node_modules | sha256sum`) },
      { name: 'block-pack', prepare: () => emptied('npm-store'), run: () => nodeRun(words) },
      { name: again, run: () => nodeRun(words) },
    ],
    goals: [
      {
        text: 'time of block-pack / tar | sha256sum',
        seen: (medians) => medians['block-pack'].ms / medians['tar | sha256sum'].ms,
        limit: 2,
      },
      { text: 'ms for nothing changed, whole process', seen: (medians) => medians[again].ms, limit: 1500 },
      { text: 'peak MB of block-pack', seen: (medians) => medians['block-pack'].peakMb, limit: 250 },
    ],
  });
}

/** Pinned packages, 46,000 files and 620 MB, installed once. */
function installed() {
  const project = join(root, '.cache/large-npm');
  if (existsSync(join(project, 'node_modules'))) return project;
  const draft = `${project}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) {
    copyFileSync(join(root, 'tools/bench/large-npm', file), join(draft, file));
  }
  const options = ['--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', ['ci', ...options], {
    cwd: draft,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error('the packages of the bench could not be installed');
  rmSync(project, { recursive: true, force: true });
  renameSync(draft, project);
  return project;
}
