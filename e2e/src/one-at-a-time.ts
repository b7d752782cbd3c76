import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.ts';

/** Does something while nobody else does anything of that name, in any process: test files run beside each other, and fetch into the same folders. */
export async function oneAtATime<T>(name: string, deed: () => Promise<T>): Promise<T> {
  const cache = join(root, '.cache');
  mkdirSync(cache, { recursive: true });
  // Its input ends with this process, however that ends, and the lock with it.
  const lock = spawn('flock', [join(cache, `${name}.lock`), 'sh', '-c', 'echo locked && cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(lock.stdout, 'data');
  try {
    return await deed();
  } finally {
    lock.stdin.end();
  }
}
