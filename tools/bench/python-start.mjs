import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hold } from './contest.mjs';
import { bareNodeRun, blockPack, root, scratch, shellRun } from './process-run.mjs';

const environment = join(root, '.cache/corpus/python/first/venv');
const folders = { unchecked: 'unchecked hash', plain: 'compileall', sources: 'sources' };
const imports = 'import pandas, sqlalchemy.orm, celery.app, google.cloud.storage';

/** What compiled modules save when a Python application starts, beside those that `compileall` writes and none at all. */
export function bench() {
  const work = join(scratch, 'python-start');
  const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
    encoding: 'utf8',
  }).trim();
  const at = (folder) => join(work, folder);
  if (!existsSync(environment))
    execFileSync(process.execPath, [join(root, 'e2e/python/fetch.mjs')], { stdio: 'inherit' });
  rmSync(work, { recursive: true, force: true });
  make('unchecked', ['--pyc', 'unchecked-hash', '--pyc-python', python]);
  make('plain', []);
  make('sources', []);
  shellRun(`'${python}' -m compileall -q '${at('plain')}' >/dev/null || true`);
  return hold({
    name: 'python-start',
    title: 'Start of pandas, SQLAlchemy, celery and google-cloud-storage',
    rounds: 5,
    contestants: Object.entries(folders).map(([folder, name]) => ({
      name,
      run: () => shellRun(`PYTHONPATH='${at(folder)}' '${python}' -S -B -c '${imports}'`),
    })),
    goals: [
      {
        text: 'unchecked hash / sources',
        seen: (medians) => medians['unchecked hash'].ms / medians.sources.ms,
        limit: 0.5,
      },
      {
        text: 'unchecked hash / compileall',
        seen: (medians) => medians['unchecked hash'].ms / medians.compileall.ms,
        limit: 1.15,
      },
    ],
  });

  function make(folder, pyc) {
    const [store, manifest] = [at('store'), at(`${folder}.import`)];
    bareNodeRun(blockPack('python', environment, '--store', store, '-o', manifest, '--quiet', ...pyc));
    const place = ['--strip', '/app/site-packages', '--store', store];
    bareNodeRun(blockPack('resolve', manifest, at(folder), ...place));
  }
}
