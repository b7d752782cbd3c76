import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start } from '../block-pack.ts';
import { run, succeed } from '../workspace.ts';
import type { Consumer } from './consumer.ts';
import { startDaemon, stopDaemon } from './daemon.ts';
import { tool } from './tiers.ts';

export async function startContainerd(folder: string): Promise<Consumer> {
  const at = (name: string) => join(folder, name);
  mkdirSync(folder, { recursive: true });
  const settings = [
    'version = 2',
    `root = ${JSON.stringify(at('root'))}`,
    `state = ${JSON.stringify(at('state'))}`,
    'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
    `[grpc]\naddress = ${JSON.stringify(at('socket'))}`,
    `[ttrpc]\naddress = ${JSON.stringify(at('ttrpc'))}`,
  ];
  writeFileSync(at('config.toml'), `${settings.join('\n')}\n`);
  // Control groups are named after it, whichever containerd it is.
  const namespace = `test-${process.pid}`;
  const client = ['--address', at('socket'), '--namespace', namespace];
  const isReady = () => run(tool('ctr'), [...client, 'version']).exitCode === 0;
  const daemon = await startDaemon(tool('containerd'), ['--config', at('config.toml')], isReady);
  const ctr = (...args: string[]) => succeed(tool('ctr'), [...client, ...args]);
  let count = 0;
  return {
    name: 'containerd',
    pull: (reference) => ctr('images', 'pull', '--plain-http', reference),
    load: (file) => ctr('images', 'import', file),
    save: (reference, file, options) => ctr('images', 'export', ...options, file, reference),
    digest(reference) {
      const line = ctr('images', 'list')
        .split('\n')
        .find((one) => one.startsWith(`${reference} `));
      return line?.split(/\s+/)[2];
    },
    run: (reference, command) => ctr('run', '--rm', reference, `command-${count++}`, ...command),
    start(reference) {
      const name = `service-${count++}`;
      const running = start(tool('ctr'), [...client, 'run', '--rm', '--net-host', reference, name]);
      return {
        ...running,
        async stop() {
          // It may have ended by itself.
          run(tool('ctr'), [...client, 'tasks', 'kill', '--signal', 'SIGKILL', name]);
          await running.ended;
        },
      };
    },
    stop: () => stopDaemon(daemon),
  };
}
