/**
 * Makes `npm test` and `npm run demo` the first command on a fresh machine: installs what package-lock.json lists unless it is
 * there already. Plain Node, since nothing is installed when it runs.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

if (!isInstalled()) install();

/** npm leaves a copy of the lock beside what it installed: where both agree, there is nothing to do. */
function isInstalled() {
  const wanted = lockedPackages('package-lock.json');
  const installed = lockedPackages('node_modules/.package-lock.json');
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => path === '' || agrees(entry, installed[path]));
}

/** Optional packages are those of other systems: npm lists them all and installs the ones that fit. */
function agrees(wanted, installed) {
  if (installed === undefined) return wanted.optional === true;
  const sameBytes = wanted.integrity === undefined || wanted.integrity === installed.integrity;
  return wanted.version === installed.version && sameBytes;
}

function lockedPackages(path) {
  try {
    return JSON.parse(readFileSync(`${root}${path}`, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function install() {
  process.stderr.write('Installing the packages of package-lock.json ...\n');
  const { status, error } = npm(['ci', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']);
  if (status === 0) return;
  process.stderr.write(`npm ci failed${error === undefined ? '' : `: ${error.message}`}\n`);
  process.exit(status ?? 1);
}

/** The npm that runs this script where there is one: on Windows its command is a shell script that cannot be spawned. */
function npm(args) {
  const script = process.env.npm_execpath;
  const options = { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] };
  return script?.endsWith('npm-cli.js')
    ? spawnSync(process.execPath, [script, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
}
