/**
 * Installs the same distributions in every way that there is.
 *
 *     node e2e/python/fetch.mjs
 *
 * Fills `.cache/corpus/python/`: `wheels`, `first/venv` and `second/place/venv` by pip, `target` by pip --target, `uv-venv` and
 * `uv-target` by uv, `installer` by the library that Poetry and PDM install with. Doing it twice changes nothing. Needs Python 3.11 or later with venv and pip.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { corpus, makeOnce, run } from '../corpus/commands.mjs';

const requirements = join(import.meta.dirname, 'requirements.txt');

makeOnce(join(corpus, 'python'), [import.meta.filename, requirements], (folder) => {
  const at = (path) => join(folder, path);
  const fromWheels = ['--no-deps', '--no-index', '--find-links', at('wheels'), '-r', requirements];

  environment(at('tools'));
  pip(at('tools'), 'fetching installers', 'install', 'uv==0.13.9', 'installer==1.1.0');
  const wheels = ['--only-binary', ':all:', '--no-deps', '--dest', at('wheels')];
  pip(at('tools'), 'fetching wheels', 'download', ...wheels, '-r', requirements);

  for (const place of ['first/venv', 'second/place/venv']) {
    environment(at(place));
    pip(at(place), `installing into ${place}`, 'install', ...fromWheels);
  }
  pip(at('tools'), 'installing into target', 'install', '--target', at('target'), ...fromWheels);

  const files = readdirSync(at('wheels')).map((file) => at(join('wheels', file)));
  const installer = ['-m', 'installer', '--no-compile-bytecode', '--prefix', at('installer')];
  run('installing into installer', at('tools/bin/python'), ...installer, ...files);

  const uv = at('tools/bin/uv');
  const cache = ['--cache-dir', at('uv-cache')];
  run('making uv-venv', uv, 'venv', '--quiet', ...cache, '--python', 'python3', at('uv-venv'));
  const python = ['--python', at('uv-venv/bin/python')];
  run('installing into uv-venv', uv, 'pip', 'install', '--quiet', ...cache, ...python, ...fromWheels);
  const target = [...python, '--target', at('uv-target')];
  run('installing into uv-target', uv, 'pip', 'install', '--quiet', ...cache, ...target, ...fromWheels);
});

function environment(folder) {
  run(`making ${folder}`, 'python3', '-m', 'venv', folder);
}

function pip(folder, deed, ...args) {
  run(deed, join(folder, 'bin/python'), '-m', 'pip', '--quiet', '--disable-pip-version-check', ...args);
}
