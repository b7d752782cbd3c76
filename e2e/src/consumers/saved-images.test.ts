import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockPack } from '../block-pack.ts';
import { succeed } from '../workspace.ts';
import type { Consumer } from './consumer.ts';
import { startContainerd } from './containerd.ts';
import { startDocker } from './docker.ts';
import { startPodman } from './podman.ts';
import { type Registry, startRegistry } from './registry.ts';
import { digestInLayout } from './segments.ts';
import { basePlace, realServices } from './services.ts';
import { hasTier, tool } from './tiers.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-saved-'));
const at = (...names: string[]) => join(scratch, ...names);

if (hasTier('T1')) await realServices();

let registry: Registry | undefined;
const consumers: Consumer[] = [];
const the = (name: Consumer['name']) => consumers.find((one) => one.name === name);

beforeAll(async () => {
  mkdirSync(at('app'));
  writeFileSync(at('app/greeting'), 'hello\n');
  if (!hasTier('T2')) return;
  registry = await startRegistry(at('registry'));
  consumers.push(startPodman(at('podman')), await startContainerd(at('containerd')));
  consumers.push(await startDocker(at('docker'), registry.address));
  registry.push(basePlace('node'), 'base:1');
  for (const consumer of consumers) consumer.pull(`${registry.address}/base:1`);
});

afterAll(async () => {
  for (const consumer of consumers) await consumer.stop();
  await registry?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

/** The digest of the image that is built upon what lies at a place. */
function builtUpon(base: string, tag: string): string {
  const args = ['--files', `${at('app')}:/app`, '--base', base, '-o', `oci:${at('out')}:${tag}`];
  const { exitCode, stderr } = blockPack(['image', ...args, '--store', at('store')]);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  return digestInLayout(at('out'), tag);
}

function saved(name: Consumer['name'], file: string, ...how: string[]): string {
  the(name)?.save(`${registry?.address}/base:1`, at(file), how);
  return at(file);
}

describe.skipIf(!hasTier('T2'))('an image is the same upon a base', () => {
  test('that lies in a layout, an archive of skopeo, podman or containerd', () => {
    const digest = builtUpon(basePlace('node'), 'layout');
    const bySkopeo = at('skopeo-oci.tar');
    succeed(tool('skopeo'), [
      'copy',
      '--quiet',
      '--insecure-policy',
      basePlace('node'),
      `oci-archive:${bySkopeo}:it`,
    ]);
    expect(builtUpon(`oci-archive:${bySkopeo}`, 'skopeo')).toBe(digest);
    const byContainerd = saved('containerd', 'containerd.tar');
    expect(builtUpon(`oci-archive:${byContainerd}`, 'containerd')).toBe(digest);
    expect(builtUpon(`docker-archive:${byContainerd}`, 'containerd-docker')).toBe(digest);
  });

  test('that docker, podman or skopeo saved for docker, and runs', () => {
    const bySkopeo = at('skopeo.tar');
    succeed(tool('skopeo'), [
      'copy',
      '--quiet',
      '--insecure-policy',
      basePlace('node'),
      `docker-archive:${bySkopeo}:it:1`,
    ]);
    const digest = builtUpon(`docker-archive:${bySkopeo}`, 'saved');
    expect(builtUpon(`docker-archive:${saved('docker', 'docker.tar')}`, 'docker')).toBe(digest);
    expect(
      builtUpon(`docker-archive:${saved('podman', 'podman.tar', '--format', 'docker-archive')}`, 'podman'),
    ).toBe(digest);
    registry?.push(`oci:${at('out')}:saved`, 'saved:1');
    for (const consumer of consumers) {
      const reference = `${registry?.address}/saved:1`;
      consumer.pull(reference);
      expect(consumer.digest(reference)).toBe(digest);
      expect(consumer.run(reference, ['/bin/busybox', 'cat', '/app/greeting'])).toBe('hello\n');
    }
  });
});
