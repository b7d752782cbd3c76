import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start } from '../block-pack.ts';
import { run, succeed } from '../workspace.ts';
import type { Consumer } from './consumer.ts';
import { machineNetwork, type Network } from './network.ts';
import { tool } from './tiers.ts';

/** Podman has no daemon; its storage and settings are private. */
export function startPodman(folder: string, network: Network = machineNetwork): Consumer {
  const settings = writeSettings(folder);
  const env = { ...process.env, ...settings.env };
  const command = (...args: string[]) => network.within(tool('podman'), args);
  const podman = (...args: string[]) => succeed(...command(...args), { env });
  const trusting = ['--quiet', ...settings.trusting];
  let count = 0;
  return {
    name: 'podman',
    pull: (reference) => podman('pull', ...trusting, '--tls-verify=false', reference),
    load: (file) => podman('load', ...trusting, '--input', file),
    save: (reference, file, options) => podman('save', '--quiet', ...options, '--output', file, reference),
    digest: (reference) => podman('image', 'inspect', '--format', '{{.Digest}}', reference).trim(),
    run: (reference, [program = '', ...args]) =>
      podman('run', '--rm', ...bounds, '--network', 'none', '--entrypoint', program, reference, ...args),
    start(reference) {
      const name = `service-${count++}`;
      const args = ['run', '--rm', '--name', name, ...bounds, '--network', 'host', reference];
      const running = start(...command(...args), { env });
      return {
        ...running,
        async stop() {
          // It may have ended by itself.
          run(...command('rm', '--force', '--time', '0', name), { env });
          await running.ended;
        },
      };
    },
    async stop() {
      run(...command('system', 'reset', '--force'), { env });
    },
  };
}

/** As somebody calls it by its name, with what this machine and a test want besides. */
export interface PodmanOnThePath {
  readonly env: Readonly<Record<string, string>>;
  /** Line of a shell script that is podman. */
  readonly line: string;
  /** From a tar file. */
  load(file: string): void;
  stop(): void;
}

export function podmanOnThePath(folder: string): PodmanOnThePath {
  const { env, trusting } = writeSettings(folder);
  const program = tool('podman');
  const podman = (...args: string[]) => succeed(program, args, { env: { ...process.env, ...env } });
  const more = {
    build: [...trusting, '--isolation', 'chroot'],
    load: trusting,
    run: [...bounds, '--network', 'none'],
  };
  const cases = Object.entries(more).map(
    ([name, words]) => `${name}) shift; exec '${program}' ${name} ${words.join(' ')} "$@" ;;`,
  );
  return {
    env,
    line: ['case "$1" in', ...cases, `*) exec '${program}' "$@" ;;`, 'esac'].join('\n'),
    load(file) {
      podman('load', '--quiet', ...trusting, '--input', file);
    },
    stop() {
      run(program, ['system', 'reset', '--force'], { env: { ...process.env, ...env } });
    },
  };
}

/** Small machines do not grant the limits that podman asks for by itself. */
const bounds = ['--runtime', 'runc', '--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'];

function writeSettings(folder: string) {
  const at = (name: string) => join(folder, name);
  mkdirSync(folder, { recursive: true });
  const storage = { driver: 'overlay', graphroot: at('graph'), runroot: at('run') };
  // Locks of the usual kind lie in one memory that all podmans of a machine share, and a new one frees them all.
  const locks = { lock_type: 'file', tmp_dir: at('tmp') };
  const engine = { cgroup_manager: 'cgroupfs', events_logger: 'none', ...locks };
  writeFileSync(at('storage.conf'), toml('storage', storage));
  writeFileSync(at('containers.conf'), toml('engine', engine));
  writeFileSync(at('policy.json'), '{"default":[{"type":"insecureAcceptAnything"}]}');
  return {
    env: { CONTAINERS_CONF: at('containers.conf'), CONTAINERS_STORAGE_CONF: at('storage.conf') },
    trusting: ['--signature-policy', at('policy.json')],
  };
}

function toml(section: string, values: Readonly<Record<string, string>>): string {
  const lines = Object.entries(values).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  return `[${section}]\n${lines.join('\n')}\n`;
}
