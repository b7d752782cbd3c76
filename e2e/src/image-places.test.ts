import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockPack, startBlockPack } from './block-pack.ts';
import { digestInLayout } from './consumers/segments.ts';
import { showFigures } from './figures.ts';
import { eventually } from './waiting.ts';
import { run, succeed } from './workspace.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-places-'));
const at = (...names: string[]) => join(scratch, ...names);
const mounted: string[] = [];
afterAll(() => {
  for (const folder of mounted) run('umount', [folder]);
  rmSync(scratch, { recursive: true, force: true });
});

const store = at('store');

beforeAll(() => {
  for (const [name, megabytes] of Object.entries({ old: 8, new: 8, large: 64 })) {
    mkdirSync(at(name));
    for (const part of ['a', 'b', 'c']) writeFileSync(at(name, part), randomBytes(megabytes << 20));
  }
});

/** Arguments that make an image of a folder's files. */
function imageOf(folder: string, output: string): string[] {
  return ['image', '--files', `${at(folder)}:/app`, '-o', output, '--store', store];
}

function build(folder: string, output: string): void {
  expect(blockPack(imageOf(folder, output))).toMatchObject({ exitCode: 0 });
}

/** Another tool reads all of an image, and checks every digest. */
function expectWhole(place: string, context: string): void {
  const copy = at('copy');
  const { exitCode, stderr } = run('skopeo', ['copy', '--quiet', '--insecure-policy', place, `dir:${copy}`]);
  expect({ exitCode, stderr }, `${place}, ${context}`).toMatchObject({ exitCode: 0 });
  rmSync(copy, { recursive: true });
}

const seed = Number(process.env.BLOCK_PACK_E2E_SEED ?? Math.floor(Math.random() * 2 ** 32));

describe('an image that is killed on its way to a place', () => {
  const kills = 10;
  const tally = { kills: 0, before: 0, after: 0 };

  test('leaves the tags of a layout whole, and the next run completes it', async () => {
    build('new', `oci:${at('expected')}:new`);
    const expected = digestInLayout(at('expected'), 'new');
    await repeatedly('layout', async (layout, kill, context) => {
      build('old', `oci:${layout}:old`);
      await kill(imageOf('new', `oci:${layout}:new`));
      expectWhole(`oci:${layout}:old`, context);
      const isThere = digestInLayout(layout, 'new') === expected;
      tally[isThere ? 'after' : 'before']++;
      build('new', `oci:${layout}:new`);
      expect(digestInLayout(layout, 'new')).toBe(expected);
      expectWhole(`oci:${layout}:new`, context);
    });
  });

  test('leaves the old archive or the new one, and the next run replaces it', async () => {
    const [old, bumped] = ['old', 'new'].map((folder) => {
      build(folder, `oci-archive:${at(`${folder}.tar`)}:it`);
      return readFileSync(at(`${folder}.tar`));
    });
    await repeatedly('archive', async (folder, kill, context) => {
      const archive = join(folder, 'it.tar');
      build('old', `oci-archive:${archive}:it`);
      await kill(imageOf('new', `oci-archive:${archive}:it`));
      const seen = readFileSync(archive);
      const isNew = bumped?.equals(seen) ?? false;
      expect(isNew || old?.equals(seen), context).toBe(true);
      tally[isNew ? 'after' : 'before']++;
      build('new', `oci-archive:${archive}:it`);
      expect(bumped?.equals(readFileSync(archive)), context).toBe(true);
    });
  });

  test('was killed often', () => {
    showFigures('Images killed by SIGKILL, by what the place showed', [{ seed, ...tally }]);
    expect(tally.kills).toBeGreaterThan(kills);
  });

  /** Gives the deed a new folder and something that kills it, at moments spread over the time that it takes. */
  async function repeatedly(
    name: string,
    deed: (
      folder: string,
      kill: (args: readonly string[]) => Promise<void>,
      context: string,
    ) => Promise<void>,
  ): Promise<void> {
    const started = performance.now();
    build('new', `oci:${at(`timed-${name}`)}:it`);
    const whole = performance.now() - started;
    for (let count = 0; count < kills; count++) {
      const moment = whole * (0.3 + (0.7 * (count + ((seed >>> count) & 1) / 2)) / kills);
      const folder = at(`${name}-${count}`);
      const kill = async (args: readonly string[]) => {
        const running = startBlockPack(args);
        await setTimeout(moment);
        running.process.kill('SIGKILL');
        if ((await running.ended).exitCode === null) tally.kills++;
      };
      await deed(folder, kill, `seed ${seed}, killed after ${moment} ms`);
      rmSync(folder, { recursive: true });
    }
  }
});

test.each(['oci-archive', 'docker-archive'])('Ctrl-C while a %s is written leaves nothing', async (kind) => {
  const folder = at(`interrupted-${kind}`);
  mkdirSync(folder);
  const running = startBlockPack(imageOf('large', `${kind}:${join(folder, 'it.tar')}:it`));
  await eventually('a draft', running, () => readdirSync(folder)[0]);
  running.process.kill('SIGINT');
  expect(await running.ended).toMatchObject({ exitCode: 130 });
  expect(readdirSync(folder)).toEqual([]);
});

test('many processes can fill one layout at once, and no tag is lost', async () => {
  const layout = at('shared');
  const tags = ['one', 'two', 'three', 'four', 'five', 'six'];
  const ended = await Promise.all(
    tags.map(
      (tag, number) => startBlockPack(imageOf(number % 2 ? 'old' : 'new', `oci:${layout}:${tag}`)).ended,
    ),
  );
  expect(ended.map(({ exitCode }) => exitCode)).toEqual(tags.map(() => 0));
  for (const tag of tags) expectWhole(`oci:${layout}:${tag}`, 'made at once with others');
  expect(readdirSync(layout).sort()).toEqual(['blobs', 'index.json', 'oci-layout']);
});

test.each(['oci', 'oci-archive', 'docker-archive'])(
  'a full disk is named, and nothing is left at a place of kind %s; there is room, and it works',
  (kind) => {
    const disk = at(`disk-${kind}`);
    mkdirSync(disk);
    succeed('mount', ['-t', 'tmpfs', '-o', 'size=10m', 'tmpfs', disk]);
    mounted.push(disk);
    const output = `${kind}:${join(disk, 'it')}:it`;
    const { exitCode, stderr } = blockPack(imageOf('new', output));
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/no space is left/),
    });
    expect(readdirSync(disk)).toEqual([]);
    succeed('mount', ['-o', 'remount,size=100m', disk]);
    build('new', output);
    expectWhole(
      kind === 'docker-archive' ? `oci-archive:${join(disk, 'it')}` : output,
      'after the disk was full',
    );
  },
);
