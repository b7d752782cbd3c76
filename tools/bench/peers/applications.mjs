import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { dependencyPlugin, makeOnce, maven, run } from '../../../e2e/corpus/commands.mjs';
import { corpus, emptied } from '../corpus.mjs';
import { root } from '../process-run.mjs';
import { fetched, releases } from '../updates.mjs';

/**
 * Real applications from release to release: `{ title, what, releases(): [{ name, words }] }`, where `words` make `block-pack` pack a release.
 */
export const applications = {
  seed: {
    title: 'One library among many',
    what: 'commons-lang3 3.16.0 to 3.17.0 among jars of Maven Central, 400 MB',
    releases: () =>
      ['3.16.0', '3.17.0'].map((version) => ({ name: version, words: ['java', libraryWith(version)] })),
  },
  allure: {
    title: 'A Java application, nine updates',
    what: `allure-commandline ${releases[0]} to ${releases.at(-1)}, each update since the release before`,
    releases: () =>
      Promise.all(releases.map(async (name) => ({ name, words: ['java', await fetched(name)] }))),
  },
  npm: {
    title: 'An npm application, a week of updates',
    what: '21 of 339 packages: the same ranges of versions, locked on 8 and on 15 November 2026',
    releases: () => ['before', 'after'].map((name) => ({ name, words: ['npm', installed(name)] })),
  },
  python: {
    title: 'A Python application, three bumps',
    what: 'numpy 2.4.5 to 2.4.6, pandas 3.1.0 to 3.1.1, cryptography 50.0.1 to 50.0.2 among 111 distributions',
    releases: () => ['before', 'after'].map((name) => ({ name, words: ['python', environment(name)] })),
  },
};

/** Bytes of jars, as many as one library is bumped among. */
const wanted = 400e6;

/** The first jars of the corpus and the library in a version: links, which nobody writes into. */
function libraryWith(version) {
  const lib = emptied(`peers-seed-${version}`);
  mkdirSync(lib, { recursive: true });
  let bytes = 0;
  const from = corpus();
  for (const jar of readdirSync(from).sort()) {
    if (bytes >= wanted) break;
    if (jar.startsWith('commons-lang3-')) continue;
    bytes += statSync(join(from, jar)).size;
    linkSync(join(from, jar), join(lib, jar));
  }
  const jars = join(root, '.cache/peers/seed');
  makeOnce(jars, [import.meta.filename], () => {
    for (const each of ['3.16.0', '3.17.0'])
      maven(
        'fetching the library',
        `${dependencyPlugin}:copy`,
        `-Dartifact=org.apache.commons:commons-lang3:${each}`,
        `-DoutputDirectory=${jars}`,
      );
  });
  copyFileSync(join(jars, `commons-lang3-${version}.jar`), join(lib, `commons-lang3-${version}.jar`));
  return lib;
}

function installed(state) {
  const source = join(root, 'tools/bench/npm-update');
  const files = [join(source, 'package.json'), join(source, state, 'package-lock.json')];
  const folder = join(root, '.cache/peers/npm', state);
  makeOnce(folder, files, () => {
    for (const file of files) copyFileSync(file, join(folder, file.split('/').at(-1)));
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    run(`npm ci, ${state}`, 'npm', 'ci', '--prefix', folder, ...quiet);
  });
  return folder;
}

/** The bumps, from the pinned versions back. */
const older = {
  'numpy==2.4.6': 'numpy==2.4.5',
  'pandas==3.1.1': 'pandas==3.1.0',
  'cryptography==50.0.2': 'cryptography==50.0.1',
};

/** What `pip install --target` makes of the wheels. */
function environment(state) {
  const requirements = join(root, 'e2e/python/requirements.txt');
  const folder = join(root, '.cache/peers/environments', state);
  makeOnce(folder, [requirements, import.meta.filename], () => {
    execFileSync('python3', ['-m', 'venv', join(folder, 'tools')]);
    const pip = (...args) =>
      run(`pip, ${state}`, join(folder, 'tools/bin/python'), '-m', 'pip', '--quiet', ...args);
    const plain = ['--no-deps', '--no-compile', '--only-binary', ':all:', '--target', join(folder, 'target')];
    const pinned = (line) => (state === 'before' ? (older[line] ?? line) : line);
    const list = join(folder, 'requirements.txt');
    writeFileSync(list, readFileSync(requirements, 'utf8').replace(/^.*==.*$/gm, pinned));
    pip('install', ...plain, '-r', list);
  });
  return join(folder, 'target');
}
