import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blockPack, packJava, startBlockPack } from './block-pack.ts';
import { applications } from './corpus.ts';
import { showFigures } from './figures.ts';
import { run, succeed } from './workspace.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-bundles-'));
const mounted: string[] = [];
afterAll(() => {
  for (const disk of mounted) succeed('umount', [disk]);
  rmSync(scratch, { recursive: true, force: true });
});

const folders = await applications('allure-commandline-2.39.0', 'allure-commandline-2.40.0');
const releases = { old: folders['allure-commandline-2.39.0'], new: folders['allure-commandline-2.40.0'] };
const vendor = join(scratch, 'vendor');
const update = join(scratch, 'update.tar');

beforeAll(() => {
  const store = join(scratch, 'vendor-store');
  for (const [name, input] of Object.entries(releases)) {
    const manifest = join(scratch, `${name}.import`);
    packJava([input, '--store', store, '-o', manifest]);
    done('image', `java=${manifest}`, '-o', `oci:${vendor}:${name}`, '--store', store);
  }
  const size = done(
    'bundle',
    `oci:${vendor}:new`,
    '--since',
    `oci:${vendor}:old`,
    '-o',
    update,
    '--store',
    store,
  );
  showFigures('The update of a real application', [{ size, file: statSync(update).size }]);
});

function done(...args: readonly string[]): string {
  const { exitCode, stdout, stderr } = blockPack([...args, '--quiet']);
  if (exitCode !== 0) throw new Error(`block-pack ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
  return stdout;
}

let sites = 0;

/** A site that has the old release and no store yet, in folders of its own. */
function newSite(parent = scratch) {
  const folder = join(parent, `site-${++sites}`);
  mkdirSync(folder);
  const images = join(folder, 'images');
  succeed('skopeo', ['copy', '--quiet', `oci:${vendor}:old`, `oci:${images}:old`]);
  const store = join(folder, 'store');
  return { folder, images, store, apply: ['apply', update, '--to', `oci:${images}`, '--store', store] };
}

function digestAt(images: string, tag: string): string | undefined {
  const { manifests } = JSON.parse(readFileSync(join(images, 'index.json'), 'utf8'));
  const named = (one: { annotations?: Record<string, string> }) =>
    one.annotations?.['org.opencontainers.image.ref.name'] === tag;
  return manifests.find(named)?.digest;
}

test('an update of 29 MB travels in less than a fiftieth, and becomes the very image that was built', () => {
  expect(statSync(update).size).toBeLessThan(29_300_000 / 50);
  const site = newSite();
  done(...site.apply);
  expect(digestAt(site.images, 'new')).toBe(digestAt(vendor, 'new'));
  expect(done('verify', `oci:${site.images}:new`, '--store', site.store)).toContain('all good');
  succeed('skopeo', ['copy', '--quiet', `oci:${site.images}:new`, `dir:${join(site.folder, 'copied')}`]);
});

test('a self-contained bundle brings the release to a site whose layer is damaged, or whose manifest is cut off', () => {
  const file = join(scratch, 'self-contained.tar');
  const words = ['bundle', `oci:${vendor}:new`, '--since', `oci:${vendor}:old`, '--self-contained'];
  done(...words, '-o', file, '--store', join(scratch, 'vendor-store'));
  const blob = (site: ReturnType<typeof newSite>, digest: string) =>
    join(site.images, 'blobs/sha256', digest.slice('sha256:'.length));
  const manifest = digestAt(vendor, 'old') ?? '';
  const damages: ((site: ReturnType<typeof newSite>) => void)[] = [
    (site) => {
      const [layer] = JSON.parse(readFileSync(blob(site, manifest), 'utf8')).layers;
      const bytes = readFileSync(blob(site, layer.digest));
      for (let at = 1000; at < bytes.length; at += 1 << 20) bytes[at] = (bytes[at] ?? 0) ^ 1;
      writeFileSync(blob(site, layer.digest), bytes);
    },
    (site) => truncateSync(blob(site, manifest), 200),
  ];
  for (const damage of damages) {
    const site = newSite();
    damage(site);
    expect([4, 5]).toContain(blockPack(site.apply).exitCode);
    done('apply', file, '--to', `oci:${site.images}`, '--store', site.store);
    expect(digestAt(site.images, 'new')).toBe(digestAt(vendor, 'new'));
    expect(done('verify', `oci:${site.images}:new`, '--store', site.store)).toContain('all good');
  }
  showFigures('The same update, self-contained', [{ file: statSync(file).size }]);
});

test('killed at any moment, nothing is published or all of it, and the next run completes it', async () => {
  const seed = Number(process.env.BLOCK_PACK_E2E_SEED ?? Math.floor(Math.random() * 2 ** 32));
  const whole = newSite();
  const before = performance.now();
  done(...whole.apply);
  let milliseconds = performance.now() - before;
  const [old, wanted] = [digestAt(vendor, 'old'), digestAt(vendor, 'new')];
  const tally = { kills: 0, published: 0, withScratch: 0 };
  for (let tries = 0; tally.kills < 16; tries++) {
    const site = newSite();
    const moment = (0.2 + 0.8 * randomOf(seed, tries)) * milliseconds;
    const killed = await killAt(moment, site.apply);
    if (killed) tally.kills++;
    else milliseconds = moment;
    const published = digestAt(site.images, 'new');
    const context = `seed ${seed}, killed after ${moment} ms`;
    expect([undefined, wanted], context).toContain(published);
    expect(digestAt(site.images, 'old'), context).toBe(old);
    if (published !== undefined) {
      tally.published++;
      expect(done('verify', `oci:${site.images}:new`, '--store', site.store), context).toContain('all good');
    }
    if (draftsOf(site.store).length > 0) tally.withScratch++;
    done(...site.apply);
    expect(digestAt(site.images, 'new'), context).toBe(wanted);
    rmSync(site.folder, { recursive: true });
  }
  showFigures('Applies killed by SIGKILL', [{ seed, ...tally }]);
  expect(tally.withScratch).toBeGreaterThan(0);
});

test.each(['store', 'images'] as const)(
  'a full disk under the %s is named, and leaves the site as it was',
  (full) => {
    const site = newSite();
    const disk = smallDisk(site.folder);
    const images = full === 'images' ? join(disk, 'images') : site.images;
    if (full === 'images') cpSync(site.images, images, { recursive: true });
    const store = full === 'store' ? join(disk, 'store') : site.store;
    const room = full === 'store' ? 25 : 0;
    succeed('dd', ['if=/dev/zero', `of=${join(disk, 'filler')}`, 'bs=1M', `count=${room}`, 'status=none']);
    const apply = ['apply', update, '--to', `oci:${images}`, '--store', store];
    const { exitCode, stderr } = blockPack(apply);
    expect(stderr).toContain('no space is left on the device');
    expect(exitCode).toBe(2);
    expect([digestAt(images, 'old'), digestAt(images, 'new')]).toEqual([digestAt(vendor, 'old'), undefined]);
    succeed('mount', ['-o', 'remount,size=300m', disk]);
    done(...apply);
    expect(digestAt(images, 'new')).toBe(digestAt(vendor, 'new'));
  },
);

/** A disk of its own that is really full after 40 MiB; its folder. */
function smallDisk(parent: string): string {
  const disk = join(parent, 'small disk');
  mkdirSync(disk);
  const { exitCode, stderr } = run('mount', ['-t', 'tmpfs', '-o', 'size=40m', 'tmpfs', disk]);
  if (exitCode !== 0)
    throw new Error(`A disk that is really full needs root and the right to mount a tmpfs: ${stderr}`);
  mounted.push(disk);
  return disk;
}

function draftsOf(store: string): readonly string[] {
  const drafts = join(store, 'drafts');
  return existsSync(drafts) ? readdirSync(drafts) : [];
}

/** False where it had ended by then. */
async function killAt(milliseconds: number, args: readonly string[]): Promise<boolean> {
  const running = startBlockPack(args);
  await setTimeout(milliseconds);
  running.process.kill('SIGKILL');
  const { exitCode } = await running.ended;
  return exitCode === null;
}

/** From 0 to 1, the same for the same numbers. */
function randomOf(seed: number, count: number): number {
  return createHash('sha256').update(`${seed} ${count}`).digest().readUInt32BE() / 2 ** 32;
}
