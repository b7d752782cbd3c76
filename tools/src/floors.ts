/** What a package may stand on and touch. */
export interface Room {
  /** Imports run to lower floors only. */
  readonly floor: 1 | 2 | 3;
  /** Third-party packages; each has its line in docs/decisions/dependencies.md. */
  readonly thirdParty: readonly string[];
  /** Parts of Node that reach out of the process. */
  readonly touches: readonly ('disk' | 'network' | 'process')[];
}

/** The packages by the name of their folder in packages/. */
export const floors: Readonly<Record<string, Room>> = {
  core: { floor: 1, thirdParty: ['packageurl-js', 'pako', 'valibot'], touches: [] },
  java: { floor: 2, thirdParty: ['valibot', 'xml2js'], touches: [] },
  npm: { floor: 2, thirdParty: ['@yarnpkg/parsers', 'js-yaml', 'valibot'], touches: [] },
  python: { floor: 2, thirdParty: ['@iarna/toml', '@renovatebot/pep440', 'valibot'], touches: [] },
  config: { floor: 2, thirdParty: ['@iarna/toml'], touches: [] },
  delta: { floor: 2, thirdParty: [], touches: [] },
  report: {
    floor: 2,
    thirdParty: ['@renovatebot/pep440', 'd3-hierarchy', 'semver', 'spdx-expression-parse', 'valibot'],
    touches: [],
  },
  store: { floor: 2, thirdParty: ['tar', 'valibot'], touches: ['disk'] },
  nx: { floor: 3, thirdParty: [], touches: ['disk'] },
  cli: { floor: 3, thirdParty: ['commander'], touches: ['disk', 'process'] },
};

/** Which touch a module of Node is; modules that stay inside the process are not listed. */
export const nodeTouches: Readonly<Record<string, Room['touches'][number]>> = {
  'node:fs': 'disk',
  'node:fs/promises': 'disk',
  'node:child_process': 'process',
  'node:cluster': 'process',
  'node:dgram': 'network',
  'node:dns': 'network',
  'node:http': 'network',
  'node:http2': 'network',
  'node:https': 'network',
  'node:net': 'network',
  'node:tls': 'network',
};
