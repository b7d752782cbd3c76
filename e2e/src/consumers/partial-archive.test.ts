import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockPack } from '../block-pack.ts';
import type { Consumer } from './consumer.ts';
import { startDocker } from './docker.ts';
import { startPodman } from './podman.ts';
import { hasTier, tool } from './tiers.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-partial-'));
const at = (...names: string[]) => join(scratch, ...names);
const consumers = new Map<string, Consumer>();
const whole = (release: string) => at(`whole-${release}.tar`);
const name = (release: string) => `partial-app:${release}`;

beforeAll(async () => {
  if (!hasTier('T1') || !hasTier('T2')) return;
  mkdirSync(at('root', 'bin'), { recursive: true });
  copyFileSync(tool('busybox'), at('root', 'bin', 'busybox'));
  chmodSync(at('root', 'bin', 'busybox'), 0o755);
  done('files', at('root', 'bin'), '--prefix', '/bin', '-o', at('programs.import'));
  for (const release of ['1.0', '1.1']) {
    mkdirSync(at(release));
    writeFileSync(at(release, 'version'), release);
    const app = [`base=${at('programs.import')}`, '--files', `${at(release)}:/app`];
    done('image', ...app, '-o', `oci:${at('vendor')}:${release}`);
    done('image', ...app, '-o', `docker-archive:${whole(release)}:${name(release)}`);
  }
  done('bundle', `oci:${at('vendor')}:1.1`, '--since', `oci:${at('vendor')}:1.0`, '-o', at('update.tar'));
  const partial = ['--partial', '--have', `docker-archive:${whole('1.0')}`];
  done('apply', at('update.tar'), ...partial, '--to', `docker-archive:${at('partial.tar')}:${name('1.1')}`);
  consumers.set('docker', await startDocker(at('docker'), '127.0.0.1:1'));
  consumers.set('podman', startPodman(at('podman')));
});

afterAll(async () => {
  for (const consumer of consumers.values()) await consumer.stop();
  rmSync(scratch, { recursive: true, force: true });
});

function done(...args: readonly string[]): void {
  const { exitCode, stderr } = blockPack([...args, '--store', at('store')]);
  expect(exitCode, stderr).toBe(0);
}

describe.skipIf(!hasTier('T1') || !hasTier('T2')).each(['docker', 'podman'])('%s', (kind) => {
  const consumer = (): Consumer => {
    const found = consumers.get(kind);
    if (found === undefined) throw new Error(`${kind} was not started`);
    return found;
  };
  const version = (release: string) =>
    consumer().run(`docker.io/library/${name(release)}`, ['/bin/busybox', 'cat', '/app/version']);

  test('refuses an archive of new layers alone where it lacks the others', () => {
    expect(() => consumer().load(at('partial.tar'))).toThrow(/no such file|missing/);
    expect(() => version('1.1')).toThrow();
  });

  test('loads it where it has the release before, and runs the new one', () => {
    expect(statSync(at('partial.tar')).size).toBeLessThan(statSync(whole('1.1')).size / 20);
    consumer().load(whole('1.0'));
    expect(version('1.0')).toBe('1.0');
    consumer().load(at('partial.tar'));
    expect(version('1.1')).toBe('1.1');
  });
});
