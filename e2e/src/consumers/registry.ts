import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, succeed } from '../workspace.ts';
import { freePort, startDaemon, stopDaemon } from './daemon.ts';
import { tool } from './tiers.ts';

/** The registry that Docker distributes, without TLS, on a port of loopback. */
export interface Registry {
  /** `127.0.0.1:<port>`. */
  readonly address: string;
  /** Copies an image as it is, bit for bit, under `name:tag`. */
  push(place: string, name: string): void;
  /** What the registry says of `name:tag`. */
  digest(name: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startRegistry(folder: string): Promise<Registry> {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  mkdirSync(folder, { recursive: true });
  const settings = {
    version: 0.1,
    log: { level: 'warn' },
    storage: { filesystem: { rootdirectory: join(folder, 'registry') } },
    http: { addr: address },
  };
  // JSON is YAML as well.
  writeFileSync(join(folder, 'registry.yml'), JSON.stringify(settings));
  const isReady = () => run('bash', ['-c', `exec 3<>/dev/tcp/127.0.0.1/${port}`]).exitCode === 0;
  const daemon = await startDaemon(tool('docker-registry'), ['serve', join(folder, 'registry.yml')], isReady);
  return {
    address,
    push(place, name) {
      const asItIs = ['--quiet', '--insecure-policy', '--preserve-digests', '--dest-tls-verify=false'];
      succeed(tool('skopeo'), ['copy', ...asItIs, '--all', place, `docker://${address}/${name}`]);
    },
    async digest(name) {
      const [repository, tag] = name.split(':');
      const accept = ['manifest', 'index']
        .map((kind) => `application/vnd.oci.image.${kind}.v1+json`)
        .join(', ');
      const answer = await fetch(`http://${address}/v2/${repository}/manifests/${tag}`, {
        headers: { accept },
      });
      return answer.headers.get('docker-content-digest') ?? `none, but ${answer.status}`;
    },
    stop: () => stopDaemon(daemon),
  };
}
