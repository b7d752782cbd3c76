import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cache = fileURLToPath(new URL('../../.cache/', import.meta.url));

/** The same wheels whatever machine fetches them. */
const target = ['--platform', 'manylinux2014_x86_64', '--python-version', '3.11', '--implementation', 'cp'];

/**
 * A directory of wheels below `.cache/<name>/<version>`; fetched once.
 * @param requirements such as `six==1.17.0`
 * @returns its directory
 */
export function wheels(name, version, requirements) {
  const directory = join(cache, name, version);
  if (existsSync(directory)) return directory;
  const draft = `${directory}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  const quiet = ['--quiet', '--disable-pip-version-check'];
  const words = ['download', '--no-deps', '--only-binary', ':all:', ...target, '--dest', draft];
  const { status } = spawnSync('python3', ['-m', 'pip', ...quiet, ...words, ...requirements], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`the wheels of ${name} ${version} could not be fetched`);
  renameSync(draft, directory);
  return directory;
}
