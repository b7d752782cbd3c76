import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { basePlace } from './consumers/services.ts';
import { fetchCorpus } from './corpus.ts';
import { ExampleProject, newMachine } from './example-projects.ts';
import { type Example, exampleSuite } from './example-suite.ts';
import { installerCommands } from './npm-installed.ts';

await fetchCorpus('bases.mjs');
const installers = await installerCommands();

const ofNode = {
  base: 'node',
  commands: {},
  offline: { npm_config_offline: 'true', YARN_ENABLE_NETWORK: '0' },
  service: {
    variables: ['"base": "oci:base:node"', '"base": "oci:base:node", "env": { "PORT": "0" }'],
    path: '/total?price=0.10&amount=3',
    answer: { total: '0.30' },
  },
} as const satisfies Partial<Example>;

exampleSuite(
  {
    ...ofNode,
    name: 'npm-service',
    bumped: ['package.json', 'package-lock.json'],
    blocks: [/\/big\.js from/],
    again: ['npm ci', 'npm run build'],
  },
  (project) => {
    test('can be packed by npm, and from there by block-pack', () => {
      const [tarball] = JSON.parse(project().succeed('npm pack --json --ignore-scripts'));
      const files = tarball.files.map(({ path }: { readonly path: string }) => path);
      expect(files.sort()).toEqual(['README.md', 'dist/server.mjs', 'package.json']);
      project().succeed('mkdir installed && echo "{}" > installed/package.json');
      project().succeed(`npm install --prefix installed ./${tarball.filename}`);
      expect(project().succeed('block-pack npm installed --quiet -o -')).toContain(
        'purl=pkg:npm/shop@1.0.0 ',
      );
      project().succeed('rm -r installed');
    });
  },
);

exampleSuite({
  ...ofNode,
  name: 'npm-workspaces',
  bumped: ['services/stock/package.json', 'package-lock.json'],
  blocks: [/\/semver from/, /\/services\/stock from/],
  again: ['npm ci', 'npm run block-pack'],
});

exampleSuite({
  ...ofNode,
  name: 'pnpm-workspace',
  commands: { pnpm: installers.pnpm },
  bumped: ['packages/prices/package.json', 'pnpm-lock.yaml'],
  // The first are the links.
  blocks: [/^\/app from/, /\/big\.js from/, /\/packages\/prices from/],
  again: ['pnpm install --frozen-lockfile', 'pnpm run block-pack'],
});

exampleSuite({
  ...ofNode,
  name: 'yarn-service',
  commands: { yarn: installers.yarn4 },
  bumped: ['package.json', 'yarn.lock'],
  blocks: [/\/big\.js from/],
  again: ['yarn install --immutable', 'yarn run build'],
});

test('a service that yarn 1 installs packs itself behind its build, the same from its lock and cache alone', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'block-pack-yarn-1-'));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));
  const machine = newMachine(join(scratch, 'machine'), basePlace('node'), { yarn: installers.yarn1 });
  const first = new ExampleProject('npm-service', join(scratch, 'first'), machine);
  first.succeed('rm package-lock.json && yarn install && yarn run build');
  expect(first.read('block-pack/npm.import')).toContain('purl=pkg:npm/big.js@7.0.0 evidence=yarn-lock');

  const second = new ExampleProject('npm-service', join(scratch, 'elsewhere/second'), machine);
  second.succeed(`rm package-lock.json && cp '${first.at('yarn.lock')}' .`);
  second.succeed('yarn install --frozen-lockfile --offline');
  second.succeed('yarn run build', { BLOCK_PACK_STORE: join(scratch, 'second-store') });
  expect(second.read('block-pack/npm.import')).toBe(first.read('block-pack/npm.import'));
});
