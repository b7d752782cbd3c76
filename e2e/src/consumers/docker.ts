import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { start } from '../block-pack.ts';
import { run, succeed } from '../workspace.ts';
import type { Consumer } from './consumer.ts';
import { startDaemon, stopDaemon } from './daemon.ts';
import { machineNetwork, type Network } from './network.ts';
import { tool } from './tiers.ts';

/** @param registry the one that it may talk to without TLS */
export async function startDocker(
  folder: string,
  registry: string,
  network: Network = machineNetwork,
): Promise<Consumer> {
  const at = (name: string) => join(folder, name);
  mkdirSync(folder, { recursive: true });
  const socket = ['--host', `unix://${at('socket')}`];
  const own = ['--data-root', at('root'), '--exec-root', at('exec'), '--pidfile', at('pid')];
  const quiet = ['--bridge=none', '--iptables=false', '--insecure-registry', registry];
  const isReady = () => run(tool('docker'), [...socket, 'version']).exitCode === 0;
  const [program, args] = network.within(tool('dockerd'), [...socket, ...own, ...quiet]);
  const daemon = await startDaemon(program, args, isReady);
  const docker = (...args: string[]) => succeed(tool('docker'), [...socket, ...args]);
  let count = 0;
  return {
    name: 'docker',
    pull: (reference) => docker('pull', '--quiet', reference),
    load: (file) => docker('load', '--quiet', '--input', file),
    save: (reference, file, options) => docker('save', ...options, '--output', file, reference),
    digest(reference) {
      const named = docker('image', 'inspect', '--format', '{{join .RepoDigests "\\n"}}', reference);
      return /sha256:[0-9a-f]{64}/.exec(named)?.[0];
    },
    run: (reference, [program = '', ...args]) =>
      docker('run', '--rm', '--network', 'none', '--entrypoint', program, reference, ...args),
    start(reference) {
      const name = `service-${count++}`;
      const running = start(tool('docker'), [
        ...socket,
        'run',
        '--rm',
        '--name',
        name,
        '--network',
        'host',
        reference,
      ]);
      return {
        ...running,
        async stop() {
          // It may have ended by itself.
          run(tool('docker'), [...socket, 'rm', '--force', name]);
          await running.ended;
        },
      };
    },
    async stop() {
      await stopDaemon(daemon);
      // It leaves the network of its containers mounted.
      run('umount', [at('exec/netns/default')]);
    },
  };
}
