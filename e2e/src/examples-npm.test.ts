import { fetchCorpus } from './corpus.ts';
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

exampleSuite({
  ...ofNode,
  name: 'npm-service',
  bumped: ['package.json', 'package-lock.json'],
  blocks: [/\/big\.js from/],
  again: ['npm ci', 'npm run build'],
});

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
