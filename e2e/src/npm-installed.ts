import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start } from './block-pack.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { root } from './workspace.ts';

/** Ways to install one and the same application. */
export const installers = [
  'npm',
  'npm-again',
  'npm-production',
  'pnpm',
  'pnpm-hoisted',
  'yarn-1',
  'yarn-4',
] as const;
export type Installer = (typeof installers)[number];

const fetched = join(root, '.cache/npm');
const application = join(root, 'e2e/npm/app');

/** npm's cache of its own for these tests: it holds the tarballs of all that npm installed. */
export const npmCacheDirectory = join(fetched, 'cache');

const npm = ['npm', 'ci', '--no-audit', '--no-fund', '--cache', npmCacheDirectory];
const tool = (path: string) => [process.execPath, join(fetched, 'tools/node_modules', path)];
const pnpm = tool('pnpm/bin/pnpm.cjs');

const pnpmInstall = [...pnpm, 'install', '--frozen-lockfile', '--store-dir', join(fetched, 'pnpm-store')];
const pnpmImport = [...pnpm, 'import'];

/** One after the other, in the application's directory. */
const commands: Readonly<Record<Installer, readonly (readonly string[])[]>> = {
  npm: [npm],
  // Everybody else is kept out, and the directory is another one.
  'npm-again': [['sh', '-c', 'umask 077 && exec "$0" "$@"', ...npm]],
  'npm-production': [[...npm, '--omit=dev']],
  pnpm: [pnpmImport, pnpmInstall],
  'pnpm-hoisted': [pnpmImport, [...pnpmInstall, '--config.node-linker=hoisted']],
  'yarn-1': [
    [
      ...tool('yarn/bin/yarn.js'),
      'install',
      '--ignore-engines',
      '--cache-folder',
      join(fetched, 'yarn-1-cache'),
    ],
  ],
  'yarn-4': [[...tool('@yarnpkg/cli-dist/bin/yarn.js'), 'install', '--no-immutable']],
};

/** The application as one of them installs it; fetched when it is not here yet. */
export function installedBy(installer: Installer): Promise<string> {
  return oneAtATime('npm', () => install(installer));
}

async function install(installer: Installer): Promise<string> {
  const place = join(fetched, installer);
  if (existsSync(place)) return place;
  await installTools();
  const draft = join(fetched, `draft-${installer}`);
  rmSync(draft, { recursive: true, force: true });
  cpSync(application, draft, { recursive: true });
  if (installer.startsWith('yarn')) pinVersions(draft);
  if (installer === 'yarn-4') prepareYarn(draft);
  for (const command of commands[installer]) await run(command, draft);
  renameSync(draft, place);
  return place;
}

interface NpmLock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly version: string;
  readonly optional?: boolean;
  /** What lies there under another name. */
  readonly name?: string;
}

/**
 * yarn reads no lock of npm, and would take what is newest on the day. So every package that npm's lock has in one version only is pinned
 * to that one. The few with several are left to yarn, and optional ones: yarn 1 takes what is pinned for what must be there.
 */
function pinVersions(directory: string): void {
  const [lockFile, manifestFile] = [join(directory, 'package-lock.json'), join(directory, 'package.json')];
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
  const lock: NpmLock = JSON.parse(readFileSync(lockFile, 'utf8'));
  const versions = new Map<string, Set<string>>();
  for (const [path, { version, optional, name: alias }] of Object.entries(lock.packages)) {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const isDirect = name in manifest.dependencies || name in manifest.devDependencies;
    if (isDirect || optional || alias !== undefined) continue;
    versions.set(name, (versions.get(name) ?? new Set()).add(version));
  }
  const single = [...versions].filter(([, { size }]) => size === 1);
  const resolutions = Object.fromEntries(single.map(([name, [version]]) => [name, version]));
  writeFileSync(manifestFile, JSON.stringify({ ...manifest, resolutions }, null, 2));
  // Beside npm's, yarn would not take its own.
  rmSync(lockFile);
}

function prepareYarn(directory: string): void {
  const settings = [
    'nodeLinker: node-modules',
    'enableTelemetry: false',
    `globalFolder: ${join(fetched, 'yarn-4-cache')}`,
  ];
  writeFileSync(join(directory, '.yarnrc.yml'), `${settings.join('\n')}\n`);
  // It ends yarn's search for a project above.
  writeFileSync(join(directory, 'yarn.lock'), '');
}

/** Commands of pnpm and yarn, fetched when they are not here yet. */
export async function installerCommands() {
  await oneAtATime('npm', installTools);
  return { pnpm, yarn1: tool('yarn/bin/yarn.js'), yarn4: tool('@yarnpkg/cli-dist/bin/yarn.js') } as const;
}

async function installTools(): Promise<void> {
  const place = join(fetched, 'tools');
  if (existsSync(join(place, 'node_modules'))) return;
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'package.json'), '{ "private": true }\n');
  const tools = ['pnpm@10.34.9', 'yarn@1.22.22', '@yarnpkg/cli-dist@4.18.1'];
  await run(['npm', 'install', '--no-audit', '--no-fund', '--save-exact', ...tools], place);
}

async function run([program = '', ...args]: readonly string[], cwd: string): Promise<void> {
  const { exitCode, stdout, stderr } = await start(program, args, { cwd }).ended;
  if (exitCode !== 0)
    throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}:\n${stdout}${stderr}`);
}
