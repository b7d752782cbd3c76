import { cpSync, existsSync, lstatSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Workplace } from './testing/workplace.ts';

/** Packed once, since every call is a process; no test changes what another reads. */
const work = new Workplace();
beforeAll(() => {
  work.write('dist/bin/start', '#!/bin/sh\n', 0o755);
  work.write('dist/config.json', '{}');
  work.writeLibraries('lib');
  work.run('java', 'lib', '-o', 'java.import');
  makeImage('oci:image:1.0');
  makeImage('oci:native:1.0', '--form', 'native');
});
beforeEach(() => rmSync(work.path('rootfs'), { recursive: true, force: true }));
afterAll(() => work.remove());

/** Makes an image of the jars and of `dist`. */
function makeImage(place: string, ...words: readonly string[]): void {
  const made = work.run('image', 'java.import', '--files', 'dist:/srv', '-o', place, ...words);
  expect(made.exitCode, made.stderr).toBe(0);
}

function expectWhole(directory: string): void {
  for (const jar of ['asm-9.7.jar', 'greeting-1.0.0.jar', 'NOTICE.txt']) {
    expect(
      readFileSync(work.path(directory, 'app/lib', jar)).equals(readFileSync(work.path('lib', jar))),
    ).toBe(true);
  }
  expect(work.read(`${directory}/srv/config.json`)).toBe('{}');
  expect(statSync(work.path(directory, 'srv/bin/start')).mode & 0o777).toBe(0o755);
  expect(readdirSync(work.path(directory)).sort()).toEqual(['.import.files', '.import.java', 'app', 'srv']);
}

describe('block-pack resolve of an image', () => {
  it.each(['oci:image:1.0', 'oci-archive:image.tar:1.0', 'docker-archive:shop.tar:shop:1.0'])(
    'makes the root file system of %s',
    (place) => {
      if (!place.startsWith('oci:')) makeImage(place);
      const { exitCode, stdout, stderr } = work.run('resolve', place, 'rootfs');
      expect(exitCode, stderr).toBe(0);
      expect(stdout).toMatch(/^7 files, .* of 3 layers placed in rootfs\n/);
      expectWhole('rootfs');
    },
  );

  it.each(['auto', 'copy', 'hardlink'])('places the blocks of a native image by %s', (method) => {
    const { exitCode, document } = work.json('resolve', 'oci:native:1.0', 'rootfs', '--method', method);
    expect(exitCode).toBe(0);
    expect(document).toMatchObject({ layers: 1, imports: 4, image: 'oci:native:1.0', leftOut: [] });
    expectWhole('rootfs');
    expect(statSync(work.path('rootfs/app/lib/asm-9.7.jar')).nlink > 1).toBe(method === 'hardlink');
  });

  it('takes from the store the blocks that a tool did not copy', () => {
    cpSync(work.path('native'), work.path('copied'), { recursive: true });
    const [, hex = ''] = /\/asm-9\.7\.jar from sha256:([0-9a-f]+)/.exec(work.read('java.import')) ?? [];
    rmSync(work.path('copied/blobs/sha256', hex));
    expect(work.run('resolve', 'oci:copied:1.0', 'rootfs').exitCode).toBe(0);
    expectWhole('rootfs');
    const alone = work.run('resolve', 'oci:copied:1.0', 'other', '--store', 'no-store');
    expect(alone).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('/app/lib/asm-9.7.jar') });
    for (const path of ['other', 'no-store']) expect(existsSync(work.path(path))).toBe(false);
  });

  it('leaves owners out where nobody is root, or nobody wants them', () => {
    const { document } = work.json('resolve', 'oci:image:1.0', 'rootfs', '--rootless');
    expect(document).toMatchObject({ owners: false });
    expect(lstatSync(work.path('rootfs/app'))).toMatchObject({ uid: process.getuid?.() });
    rmSync(work.path('rootfs'), { recursive: true });
    const { stdout } = work.run('resolve', 'oci:image:1.0', 'rootfs', '--rootless');
    expect(stdout).toContain('all belong to you');
  });

  it('asks which image is meant, where there are several', () => {
    makeImage('oci:amd:1', '--platform', 'linux/amd64');
    makeImage('oci:arm:1', '--platform', 'linux/arm64');
    work.run('image', '--join', 'oci:amd:1', '--join', 'oci:arm:1', '-o', 'oci:both:1');
    const { exitCode, stderr } = work.run('resolve', 'oci:both:1', 'rootfs');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('linux/amd64, linux/arm64')]);
    expect(work.run('resolve', 'oci:both:1', 'rootfs', '--platform', 'linux/arm64').exitCode).toBe(0);
    expectWhole('rootfs');
    expect(work.run('resolve', 'oci:both:1', 'x', '--platform', 'linux/riscv64').exitCode).toBe(3);
  });

  it('refuses a damaged layer, with exit code 4, and leaves nothing behind', () => {
    cpSync(work.path('image'), work.path('damaged'), { recursive: true });
    const blobs = readdirSync(work.path('image/blobs/sha256')).map((name) => `damaged/blobs/sha256/${name}`);
    const largest = blobs.sort((a, b) => statSync(work.path(b)).size - statSync(work.path(a)).size)[0] ?? '';
    const bytes = readFileSync(work.path(largest));
    bytes[30] = (bytes[30] ?? 0) ^ 1;
    rmSync(work.path(largest));
    work.write(largest, bytes);
    const { exitCode, stderr } = work.run('resolve', 'oci:damaged:1.0', 'rootfs', '--store', 'no-store');
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining('damaged')]);
    expect(existsSync(work.path('rootfs'))).toBe(false);
  });

  it.each([
    [['resolve', 'oci:image:1.0', 'out', '--strip', '/app'], /--strip is for import manifests/],
    [['resolve', 'java.import', 'out', '--platform', 'linux/amd64'], /--platform is for images/],
    [['resolve', 'java.import', 'out', '--rootless'], /--rootless is for images/],
    [['resolve', 'docker://host/shop:1', 'out'], /docker: is not read/],
    [['resolve', 'oci:image:1.0', 'image/out'], /lies inside the store/],
    [['resolve', 'oci:image:1.0', 'store/out'], /lies inside the store/],
    [['resolve', 'oci:image:1.0', 'lib'], /lib is there already/],
  ])('exits 2 for %j', (words, message) => {
    const { exitCode, stderr } = work.run(...words);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});
