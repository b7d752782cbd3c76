/**
 * Installs services in two states each: `old`, and `new` with another version of one dependency.
 *
 *     node e2e/corpus/services.mjs
 *
 * Fills `.cache/corpus/services/{node,python}/{old,new}/`. Doing it twice changes nothing. Needs npm, and Python 3.11 or later with venv and pip.
 */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { corpus, makeOnce, run } from './commands.mjs';

const nodeService = resolve(import.meta.dirname, '../npm/app');
const requirements = resolve(import.meta.dirname, '../services/python/requirements.txt');

/** `node_modules` without what is for development alone, and the files of the application. */
const lock = join(nodeService, 'package-lock.json');
makeOnce(join(corpus, 'services/node'), [import.meta.filename, lock], (folder) => {
  const [old, bumped] = [join(folder, 'old'), join(folder, 'new')];
  const npm = (cwd, ...args) =>
    run(`npm ${args[0]} in ${cwd}`, 'npm', ...args, '--prefix', cwd, '--omit=dev', '--no-audit', '--no-fund');
  cpSync(nodeService, bumped, { recursive: true });
  npm(bumped, 'ci');
  cpSync(bumped, old, { recursive: true, verbatimSymlinks: true });
  npm(old, 'install', '--save-exact', 'lodash@4.17.21');
});

/** What `pip install --target` makes. */
makeOnce(join(corpus, 'services/python'), [import.meta.filename, requirements], (folder) => {
  const at = (name) => join(folder, name);
  const lists = { old: at('old.txt'), new: requirements };
  const wanted = readFileSync(requirements, 'utf8');
  writeFileSync(lists.old, wanted.replace('MarkupSafe==3.0.4', 'MarkupSafe==3.0.3'));
  run('making an environment', 'python3', '-m', 'venv', at('tools'));
  const pip = [at('tools/bin/python'), '-m', 'pip', '--quiet', '--disable-pip-version-check'];
  for (const [state, list] of Object.entries(lists)) {
    const how = ['--no-deps', '--only-binary', ':all:', '--no-compile', '--cache-dir', at('cache')];
    run(`pip install, ${state}`, ...pip, 'install', ...how, '--target', at(state), '-r', list);
  }
});
