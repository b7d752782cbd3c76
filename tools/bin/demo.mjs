/**
 * `npm run demo`: packs a real Java application, packs it again, and makes it anew from manifest and store. The application is
 * allure-commandline, because it is a Java program with its libraries that can be had from the npm registry; it is fetched for the
 * demo only and is no dependency of block-pack.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extract } from 'tar';

const application = {
  name: 'allure-commandline',
  version: '2.40.0',
  integrity:
    'sha512-Oyv2yOx8ORBPloYmfHny4TZa9m0Bq0MAJEf5YoNMs/Ft/dbCWkIF/xNU82c5wqgn65uHSh6ka6BUXHeruXC03w==',
};

const root = fileURLToPath(new URL('../../', import.meta.url));
const demo = join(root, '.cache/demo');
const input = join(demo, 'allure');
const store = join(demo, 'store');
const manifest = join(demo, 'allure.import');
const copy = join(demo, 'copy');

process.chdir(root);
mkdirSync(demo, { recursive: true });
await fetchApplication();
buildCli();
for (const old of [store, manifest, copy]) rmSync(old, { recursive: true, force: true });

say(
  `A Java application as it is shipped: ${shown(input)}, with its start script in bin and its jars in lib.`,
);
blockPack('java', shown(input), '--store', shown(store), '-o', shown(manifest));
say('Once more. Nothing has changed, so nothing is read:');
blockPack('java', shown(input), '--store', shown(store), '-o', shown(manifest));
say('The directory made again, from the import manifest and the blocks in the store:');
blockPack('resolve', shown(manifest), shown(copy), '--strip', '/app', '--store', shown(store));
say(compared());

/** Keeps the unpacked application, so that a second demo needs no network. */
async function fetchApplication() {
  if (existsSync(input)) return;
  const { name, version, integrity } = application;
  process.stdout.write(`Fetching ${name} ${version} (about 25 MB, for this demo only) ...\n`);
  must(
    npm(['pack', `${name}@${version}`, '--pack-destination', demo, '--loglevel=error', '--json'], 'ignore'),
    'npm pack',
  );
  const tarball = join(demo, `${name}-${version}.tgz`);
  const seen = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  if (seen !== integrity)
    fail(`${tarball} is not the published package: expected ${integrity}, found ${seen}`);
  const draft = join(demo, 'draft');
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft);
  await extract({ file: tarball, cwd: draft, strip: 1 });
  renameSync(join(draft, 'dist'), input);
  rmSync(draft, { recursive: true });
  rmSync(tarball);
}

function buildCli() {
  const { stdout, stderr, status } = npm(['run', 'build', '--silent'], 'pipe');
  if (status !== 0) fail(`npm run build failed:\n${stdout}${stderr}`);
}

function blockPack(...args) {
  process.stdout.write(`\n$ npx block-pack ${args.join(' ')}\n`);
  const cli = join(root, 'packages/cli/dist/block-pack.js');
  const start = process.hrtime.bigint();
  must(spawnSync(process.execPath, [cli, ...args], { stdio: 'inherit' }), 'block-pack');
  process.stdout.write(`(${(Number(process.hrtime.bigint() - start) / 1e9).toFixed(2)} s)\n`);
}

/** What the byte comparison of input and copy found. */
function compared() {
  const wanted = filesBelow(input);
  const found = filesBelow(copy);
  const other = [...wanted].filter(([path, bytes]) => found.get(path) !== bytes);
  if (other.length > 0 || wanted.size !== found.size) {
    fail(
      `The copy is not the input: ${other.length} of ${wanted.size} files differ, the copy has ${found.size}.`,
    );
  }
  return `All ${wanted.size} files of ${shown(copy)} are the ones of ${shown(input)}, byte for byte.`;
}

/** Digests of content by path. */
function filesBelow(directory) {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter(
    (entry) => !entry.isDirectory(),
  );
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(directory, path), createHash('sha256').update(readFileSync(path)).digest('hex')];
    }),
  );
}

function npm(args, stdout) {
  const options = {
    cwd: root,
    stdio: ['ignore', stdout, stdout === 'pipe' ? 'pipe' : 'inherit'],
    encoding: 'utf8',
  };
  const script = process.env.npm_execpath;
  return script?.endsWith('npm-cli.js')
    ? spawnSync(process.execPath, [script, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
}

function must({ status, error }, what) {
  if (status !== 0) fail(`${what} failed${error === undefined ? '' : `: ${error.message}`}`);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function say(text) {
  process.stdout.write(`\n${text}\n`);
}

function shown(path) {
  return relative(root, path).replaceAll('\\', '/');
}
