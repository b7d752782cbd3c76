import { createServer } from 'node:net';
import { type Running, start } from '../block-pack.ts';
import { eventually } from '../waiting.ts';

/** Starts a daemon and waits until it is of use. */
export async function startDaemon(
  program: string,
  args: readonly string[],
  isReady: () => boolean,
  environment: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const running = start(program, args, { env: { ...process.env, ...environment } });
  try {
    await eventually(`a ready ${program}`, running, () => (isReady() ? true : undefined));
    return running;
  } catch (error) {
    await stopDaemon(running);
    throw error;
  }
}

/** As its own kind of shutdown has it; killed where it does not go. */
export async function stopDaemon(running: Running): Promise<void> {
  running.process.kill('SIGTERM');
  const timer = setTimeout(() => running.process.kill('SIGKILL'), 20_000);
  await running.ended;
  clearTimeout(timer);
}

/** A port of loopback that nobody uses at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
