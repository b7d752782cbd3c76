import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { oneAtATime } from './one-at-a-time.ts';
import { root, succeed } from './workspace.ts';

/** The oldest Node that is promised, and one of every line after it. */
export const nodeVersions = ['20.19.0', '22.23.3', '24.9.0', '26.10.0'];

/**
 * The full path of another Node, fetched when it is not here yet. It has a folder to itself and is never on a PATH: a `node` in `.bin` would
 * stand before the machine's own.
 */
export function nodeOfVersion(version: string): Promise<string> {
  return oneAtATime('node', async () => install(version));
}

function install(version: string): string {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(root, '.cache/node', version);
  const program = join(folder, 'node_modules', name, 'bin/node');
  if (!existsSync(program)) {
    const quietly = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
    // A connection that hangs is given up after a minute, not after npm's five.
    const patiently = ['--prefer-offline', '--fetch-timeout=60000', '--fetch-retries=5'];
    succeed('npm', ['install', '--prefix', folder, ...quietly, ...patiently, `${name}@${version}`]);
  }
  return program;
}
