/**
 * Fetches installers for Python.
 *
 *     node e2e/corpus/python-tools.mjs
 *
 * Fills `.cache/corpus/python-tools`, an environment with uv, Poetry and pip. Doing it twice changes nothing. Needs Python 3.11 or later with venv.
 */
import { join } from 'node:path';
import { corpus, makeOnce, run } from './commands.mjs';

makeOnce(join(corpus, 'python-tools'), [import.meta.filename], (folder) => {
  run('making an environment', 'python3', '-m', 'venv', folder);
  const pip = [join(folder, 'bin/python'), '-m', 'pip', '--quiet', '--disable-pip-version-check'];
  run('fetching uv and Poetry', ...pip, 'install', 'pip==25.2', 'uv==0.13.9', 'poetry==2.5.1');
});
