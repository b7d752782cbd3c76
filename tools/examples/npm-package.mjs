import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extract } from 'tar';

const cache = fileURLToPath(new URL('../../.cache/', import.meta.url));

/**
 * A published package, unpacked below `.cache/<name>/<version>`; fetched once.
 * @param folder of the package that is wanted alone; all of it where there is none
 * @returns its directory
 */
export async function npmPackage(name, version, folder = '.') {
  const directory = join(cache, name, version);
  if (existsSync(directory)) return directory;
  const draft = `${directory}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(join(draft, 'package'), { recursive: true });
  const words = ['pack', `${name}@${version}`, '--pack-destination', draft, '--silent'];
  const { status } = spawnSync('npm', words, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${name} ${version} could not be fetched`);
  await extract({ file: join(draft, `${name}-${version}.tgz`), cwd: join(draft, 'package'), strip: 1 });
  renameSync(join(draft, 'package', folder), directory);
  rmSync(draft, { recursive: true });
  return directory;
}
