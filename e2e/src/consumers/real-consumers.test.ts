import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockPack } from '../block-pack.ts';
import { showFigures } from '../figures.ts';
import { filesBelow } from '../file-list.ts';
import { succeed } from '../workspace.ts';
import { expectAnswer } from './answer.ts';
import type { Consumer } from './consumer.ts';
import { startContainerd } from './containerd.ts';
import { startDocker } from './docker.ts';
import { startPodman } from './podman.ts';
import { type Registry, startRegistry } from './registry.ts';
import { digestInLayout, type Segment, segmentsOf } from './segments.ts';
import { basePlace, realServices, type Service, type State, states } from './services.ts';
import { hasTier, showTiers, tool } from './tiers.ts';

showTiers();

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-consumers-'));
const at = (...names: string[]) => join(scratch, ...names);
const store = at('store');

let registry: Registry;
const consumers = new Map<Consumer['name'], Consumer>();
const services = hasTier('T1') ? await realServices() : [];

beforeAll(async () => {
  if (!hasTier('T1')) return;
  registry = await startRegistry(at('registry'));
  if (!hasTier('T2')) return;
  consumers.set('podman', startPodman(at('podman')));
  consumers.set('containerd', await startContainerd(at('containerd')));
  consumers.set('docker', await startDocker(at('docker'), registry.address));
});

afterAll(async () => {
  for (const consumer of consumers.values()) await consumer.stop();
  await registry?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

const runtimes: readonly Consumer['name'][] = ['podman', 'containerd', 'docker'];

describe.each(services)('$name', (service) => {
  const layout = at(`${service.base}-layout`);
  const name = (state: State) => `${service.base}:${state}`;
  const archive = at(`${service.base}.tar`);
  const rootfs = (state: State) => at(`${service.base}-${state}-bundle`, 'rootfs');

  test('becomes an image in both of its states', () => {
    for (const state of states) {
      const args = service.pack(state, scratch, store);
      build([...args, '-o', `oci:${layout}:${state}`], service);
    }
    build(
      [...service.pack('new', scratch, store), '-o', `docker-archive:${archive}:${service.base}-app:new`],
      service,
    );
  });

  test('has the same manifest digest in the registry', async () => {
    for (const state of states) {
      registry.push(`oci:${layout}:${state}`, name(state));
      expect(await registry.digest(name(state))).toBe(digestInLayout(layout, state));
    }
  });

  test('is unpacked by umoci to the files of the input, and to no others', () => {
    for (const state of states) {
      const bundle = join(rootfs(state), '..');
      succeed(tool('umoci'), ['unpack', '--rootless', '--image', `${layout}:${state}`, bundle]);
      const unpacked = filesBelow(join(rootfs(state), 'app'));
      expect(comparable(unpacked, service)).toEqual(comparable(service.files(state), service));
    }
  });

  test('keeps the bytes of every segment whose block has not changed', () => {
    const [old = [], bumped = []] = states.map((state) =>
      segmentsOf(readFileSync(join(rootfs(state), service.imports), 'utf8'), layout),
    );
    const before = new Map(old.map((segment) => [segment.block, segment]));
    const kept = bumped.filter(({ block }) => before.has(block));
    for (const segment of kept) expect(segment).toEqual(before.get(segment.block));
    const fresh = bumped.filter(({ block }) => !before.has(block));
    expect(fresh.length).toBeGreaterThan(0);
    for (const { line } of fresh) expect(line).toMatch(service.changes);
    showFigures(`${service.name} after the bump of a dependency`, [figuresOf(bumped, fresh)]);
  });

  describe.skipIf(!hasTier('T2')).each(runtimes)('in %s', (runtime) => {
    test.each(states)('pulled as %s, it has the digest of the build and answers a request', async (state) => {
      const consumer = the(runtime);
      const reference = `${registry.address}/${name(state)}`;
      consumer.pull(reference);
      expect(consumer.digest(reference)).toBe(digestInLayout(layout, state));
      await expectAnswer(consumer.start(reference), service);
    });

    test('loaded from one tar, it holds the files of the input', () => {
      const consumer = the(runtime);
      consumer.load(archive);
      const listing = 'cd /app && find . -type f -print0 | xargs -0 sha256sum';
      const said = consumer.run(`docker.io/library/${service.base}-app:new`, ['/bin/sh', '-c', listing]);
      const expected = comparable(hashesOf(service.files('new')), service);
      expect(comparable(hashesIn(said), service)).toEqual(expected);
    });
  });
});

function the(name: Consumer['name']): Consumer {
  const consumer = consumers.get(name);
  if (consumer === undefined) throw new Error(`${name} was not started`);
  return consumer;
}

function build(args: readonly string[], { base }: Service): void {
  const { exitCode, stderr } = blockPack(['image', ...args, '--base', basePlace(base), '--store', store]);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
}

/** The list without the content of files that are made anew. */
function comparable(
  files: Readonly<Record<string, string>>,
  { madeAnew }: Service,
): Readonly<Record<string, string>> {
  const facts = Object.entries(files).map(([path, seen]) => [
    path,
    madeAnew?.test(path) ? 'made anew' : seen,
  ]);
  return Object.fromEntries(facts);
}

/** What `sha256sum` says, as digests by path. */
function hashesIn(said: string): Readonly<Record<string, string>> {
  const lines = said.split('\n').flatMap((line) => {
    const [, digest, path] = /^([0-9a-f]{64}) {2}\.\/(.*)$/.exec(line) ?? [];
    return digest === undefined || path === undefined ? [] : [[path, digest] as const];
  });
  return Object.fromEntries(lines);
}

/** The files of a list, without links and empty directories. */
function hashesOf(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const isFile = ([, facts]: readonly [string, string]) => /^[0-9a-f]{64}/.test(facts);
  return Object.fromEntries(
    Object.entries(files)
      .filter(isFile)
      .map(([path, facts]) => [path, facts.slice(0, 64)]),
  );
}

function figuresOf(all: readonly Segment[], fresh: readonly Segment[]): Record<string, string | number> {
  const megabytes = (segments: readonly Segment[]) =>
    (segments.reduce((sum, { length }) => sum + length, 0) / 1e6).toFixed(2);
  return {
    segments: all.length,
    MB: megabytes(all),
    'new segments': fresh.length,
    'new MB': megabytes(fresh),
  };
}
