import { randomBytes } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockPack, packJava } from './block-pack.ts';
import { mavenJars } from './corpus.ts';
import { filesBelow } from './file-list.ts';
import { expectSound } from './sound-store.ts';
import { type Ended, run, succeed } from './workspace.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-full-'));
const corpus = await mavenJars('small');
const lib = join(corpus, 'lib');
const store = join(scratch, 'store');
const output = join(scratch, 'java.import');
const mounted: string[] = [];
let reference = '';

beforeAll(() => {
  packJava([lib, '--store', store, '-o', output]);
  reference = readFileSync(output, 'utf8');
});

afterAll(() => {
  for (const disk of mounted) succeed('umount', [disk]);
  rmSync(scratch, { recursive: true, force: true });
});

/** A disk of its own that is really full after `size`; its folder. */
function disk(name: string, size: string): string {
  const folder = join(scratch, name);
  mkdirSync(folder);
  const { exitCode, stderr } = run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  if (exitCode !== 0) {
    throw new Error(`A disk that is really full needs root and the right to mount a tmpfs: ${stderr}`);
  }
  mounted.push(folder);
  return folder;
}

function enlarge(folder: string): void {
  succeed('mount', ['-o', 'remount,size=300m', folder]);
}

function expectFull(ended: Ended, named: string): void {
  expect(ended).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/no space is left on the device/),
  });
  expect(ended.stderr).toContain(named);
  expect(ended.stderr).not.toContain('fault in block-pack');
}

describe("when the store's disk is full", () => {
  const place = () => join(scratch, 'small disk', 'store');
  const manifest = join(scratch, 'from a small disk.import');
  const pack = () => blockPack(['java', lib, '--store', place(), '-o', manifest]);

  test('packing names the disk, and publishes nothing', () => {
    disk('small disk', '20m');
    expectFull(pack(), place());
    expect(existsSync(manifest)).toBe(false);
    expect(readdirSync(join(place(), 'drafts'))).toEqual([]);
  });

  test('the store is still sound', () => {
    expectSound(place());
  });

  test('the next run completes what was begun, once there is room', () => {
    enlarge(join(scratch, 'small disk'));
    expect(pack()).toMatchObject({ exitCode: 0 });
    expect(readFileSync(manifest, 'utf8')).toBe(reference);
    expectSound(place());
  });
});

describe("when the import manifest's disk is full", () => {
  test('the old manifest stays whole, and the next run replaces it once there is room', () => {
    const folder = disk('output', '40k');
    const manifest = join(folder, 'java.import');
    const old = '#block-pack import manifest v1\n#packer java\n';
    writeFileSync(manifest, old);
    const pack = () => blockPack(['java', lib, '--store', store, '-o', manifest]);
    expectFull(pack(), manifest);
    expect(filesBelow(folder)).toHaveProperty(['java.import']);
    expect(readdirSync(folder)).toEqual(['java.import']);
    expect(readFileSync(manifest, 'utf8')).toBe(old);
    enlarge(folder);
    expect(pack()).toMatchObject({ exitCode: 0 });
    expect(readFileSync(manifest, 'utf8')).toBe(reference);
  });
});

describe("when the disk of resolve's target is full", () => {
  test('nothing is left there, and the next run completes once there is room', () => {
    const folder = disk('target', '20m');
    const target = join(folder, 'below', 'rootfs');
    const resolve = () => blockPack(['resolve', output, target, '--strip', '/app/lib', '--store', store]);
    expectFull(resolve(), target);
    expect(readdirSync(folder)).toEqual([]);
    enlarge(folder);
    expect(resolve()).toMatchObject({ exitCode: 0 });
    expect(filesBelow(target)).toEqual(filesBelow(lib));
  });
});

describe('when one disk holds the store and the target of apply, and has room for either alone', () => {
  test('apply warns before it begins, leaves nothing, and completes without a warning once there is room', () => {
    const at = (name: string): string => join(scratch, name);
    const [archive, bundle] = [at('image.tar'), at('first.tar')];
    mkdirSync(at('input'));
    cpSync(join(lib, 'asm-9.2.jar'), join(at('input'), 'asm-9.2.jar'));
    writeFileSync(join(at('input'), 'noise.bin'), randomBytes(2 << 20));
    for (const words of [
      ['java', at('input'), '-o', at('noise.import')],
      ['image', at('noise.import'), '-o', `oci-archive:${archive}:1`],
      ['bundle', `oci-archive:${archive}`, '-o', bundle],
    ])
      expect(blockPack([...words, '--store', store])).toMatchObject({ exitCode: 0 });
    // Blocks and the layer of them are in the store, and the archive is as large as either.
    const folder = disk('site', `${Math.round(statSync(archive).size * 2.5)}`);
    const to = `oci-archive:${join(folder, 'new.tar')}`;
    const apply = () => blockPack(['apply', bundle, '--to', to, '--store', join(folder, 'store')]);
    const full = apply();
    expectFull(full, folder);
    expect(full.stderr).toMatch(/warning The disk of the store .* and oci-archive:.* at least/);
    expect(readdirSync(folder)).toEqual(['store']);
    expect(readdirSync(join(folder, 'store/drafts'))).toEqual([]);
    enlarge(folder);
    const whole = apply();
    expect(whole).toMatchObject({ exitCode: 0 });
    expect(whole.stderr).not.toContain('warning');
  });
});
