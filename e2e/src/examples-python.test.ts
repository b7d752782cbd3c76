import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fetchCorpus } from './corpus.ts';
import { exampleSuite } from './example-suite.ts';
import { root } from './workspace.ts';

await fetchCorpus('bases.mjs');
await fetchCorpus('python-tools.mjs');
const tools = join(root, '.cache/corpus/python-tools/bin');

exampleSuite(
  {
    name: 'python-service',
    base: 'python',
    commands: {
      pip: [join(tools, 'python'), '-m', 'pip'],
      uv: [join(tools, 'uv')],
      poetry: [join(tools, 'poetry')],
    },
    bumped: ['pyproject.toml', 'requirements.txt'],
    blocks: [/purl=pkg:pypi\/python-stdnum@2\.2 /],
    // pip asks an index for names, so it needs wheels where there is none.
    warm: 'pip --python .venv download --quiet --require-hashes --requirement requirements.txt --dest "$XDG_CACHE_HOME/wheels"',
    offline: { PIP_NO_INDEX: '1', UV_OFFLINE: '1' },
    again: [
      'python3 -m venv .venv --without-pip',
      'pip --python .venv install --quiet --find-links "$XDG_CACHE_HOME/wheels" --require-hashes --requirement requirements.txt',
      'block-pack pack',
    ],
    service: {
      variables: ['env = { ', 'env = { PORT = "0", '],
      path: '/products/4006381333931',
      answer: { number: '4006381333931', valid: true },
    },
  },
  (project) => {
    test('has the same blocks when uv installs it from its cache alone', () => {
      project().succeed('rm -r .venv && uv sync --quiet --frozen', { UV_OFFLINE: '1' });
      expect(project().succeed('block-pack pack --frozen')).toMatch(/python +up to date/);
      expect(project().run('block-pack python .venv --frozen --lock uv.lock')).toMatchObject({
        exitCode: 0,
        stderr: '',
      });
    });

    test('has the same blocks when Poetry installs it from its own lock', () => {
      // What Poetry asks of the usual index by itself, documents of every release, not all mirrors have.
      const [, index] = /registry = "([^"]+)"/.exec(project().read('uv.lock')) ?? [];
      project().succeed(`poetry source add --quiet --priority=primary index '${index}/'`);
      project().succeed('poetry lock --quiet && rm -r .venv && poetry install --quiet --no-root');
      expect(project().succeed('block-pack pack --frozen')).toMatch(/python +up to date/);
      expect(project().run('block-pack python .venv --frozen --lock poetry.lock')).toMatchObject({
        exitCode: 0,
        stderr: '',
      });
    });
  },
);
