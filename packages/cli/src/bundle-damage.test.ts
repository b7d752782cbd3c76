import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type BundleGroup, randomAccessOf, readBundle } from '@block-pack/core';
import { openImages, parsePlace, ScratchBlobs } from '@block-pack/store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { applyBundle } from './bundle/apply-bundle.ts';
import { HeldImages } from './bundle/held-images.ts';
import { writeBase } from './testing/fake-base.ts';
import { Layout } from './testing/layout.ts';
import { Workplace } from './testing/workplace.ts';

/** Bytes that do not compress, the same on every day. */
function noise(seed: number, length: number): Buffer {
  let state = seed;
  const bytes = Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state >> 16;
  });
  return Buffer.from(bytes);
}

const work = new Workplace();
let said: string;
afterAll(() => work.remove());

function done(...words: readonly string[]): string {
  const ran = work.run(...words);
  expect(ran.exitCode, ran.stderr).toBe(0);
  return ran.stdout;
}

/** Two releases upon one base: a library changes, a large one and the base do not. */
beforeAll(() => {
  writeBase(work, 'base', [{ file: 'etc/os', content: noise(1, 3000).toString('hex') }]);
  for (const release of ['1.0', '1.1']) {
    const lib = `lib-${release}`;
    work.write(`${lib}/large.bin`, noise(2, 1_200_000));
    work.writeJar(lib, `com.example:shop:${release}`, {
      'S.class': noise(3, 2000).toString('hex') + release,
    });
    done('java', lib, '--prefix', '/app/lib', '-o', `${release}.import`);
    done('image', `java=${release}.import`, '--base', 'oci:base:base', '-o', `oci:out:${release}`);
  }
  for (const release of ['1.0', '1.1'])
    done('image', `java=${release}.import`, '--base', 'oci:base:base', '-o', `oci:whole:${release}`);
  const words = ['oci:out:1.1', '--since', 'oci:out:1.0'];
  done('bundle', ...words, '-o', 'plain.tar');
  said = done('bundle', ...words, '--self-contained', '-o', 'update.tar');
  rmSync(work.path('whole'), { recursive: true });
  done('image', 'java=1.0.import', '--base', 'oci:base:base', '-o', 'oci:whole:1.0');
});

beforeEach(() => {
  rmSync(work.path('site'), { recursive: true, force: true });
  cpSync(work.path('whole'), work.path('site'), { recursive: true });
});

function blob(digest: string): string {
  return work.path('site/blobs/sha256', digest.slice('sha256:'.length));
}

/** One byte of a file is another one. */
function damage(digest: string, at: number): void {
  const bytes = readFileSync(blob(digest));
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  rmSync(blob(digest));
  writeFileSync(blob(digest), bytes);
}

/** The release is there, and every byte of it is right. @returns what was warned of */
function expectApplied(bundle = 'update.tar'): string {
  const ran = work.run('apply', bundle, '--to', 'oci:site', '--store', 'site-store');
  expect(ran.exitCode, ran.stderr).toBe(0);
  expect(new Layout(work, 'site').published('1.1').digest).toBe(
    new Layout(work, 'out').published('1.1').digest,
  );
  expect(done('verify', 'oci:site:1.1')).toContain('all good');
  return ran.stderr;
}

/** The bundle that builds upon the site says no, and changes nothing. */
function expectRefused(exitCode: number): void {
  const before = work.read('site/index.json');
  const ran = work.run('apply', 'plain.tar', '--to', 'oci:site', '--store', 'site-store');
  expect(ran.exitCode, ran.stderr).toBe(exitCode);
  expect(ran.stderr).toMatch(/block-pack (verify|inventory)/);
  expect(work.read('site/index.json')).toBe(before);
}

const site = () => new Layout(work, 'site');

describe('a self-contained bundle', () => {
  it('says what it brings for a site that is damaged', () => {
    const words = ['bundle', 'oci:out:1.1', '--since', 'oci:out:1.0', '--self-contained', '--dry-run'];
    const { document } = work.json(...words);
    const spares = document.spares as { readonly count: number; readonly bytes: number };
    expect(spares.count).toBe(2);
    expect(spares.bytes).toBeGreaterThan(1_000_000);
    expect(document.bytes).toBe(statSync(work.path('update.tar')).size);
    expect(document.dependencies).toMatchObject([{ why: 'whole', from: null }]);
    expect(said).toMatch(/spares {2}2 blobs of .* for a site that is damaged/);
  });

  it('is applied at a site that is whole without unpacking what is there', async () => {
    const scratch = new ScratchBlobs(work.directory);
    const held = new HeldImages();
    const images = await openImages(parsePlace('oci:site', work.directory));
    for (const { descriptor } of await images.list()) await held.add(descriptor, images);
    const file = randomAccessOf(new Uint8Array(readFileSync(work.path('update.tar'))));
    const bundle = await readBundle(file, 'update.tar');
    const asked: BundleGroup[] = [];
    const payload = (group: BundleGroup) => {
      asked.push(group);
      return bundle.payload(group);
    };
    const context = { signal: new AbortController().signal, progress: { show: () => {}, end: () => {} } };
    await applyBundle({ ...bundle, payload }, { name: 'update.tar', held, scratch, context });
    const sizes = asked.flatMap(({ objects }) => objects).map(({ size }) => size);
    expect(Math.max(...sizes)).toBeLessThan(10_000);
    expect(bundle.document.groups.length).toBeGreaterThan(asked.length);
    scratch.remove();
    expectApplied();
    const { document } = work.json('apply', 'update.tar', '--to', 'oci:site', '--store', 'site-store');
    expect(document).toMatchObject({ newBytes: 0, madeBytes: 0 });
  });

  it('takes the place of a block that is damaged in a layer of the site', () => {
    const [, layer = ''] = site().layers('1.0');
    for (const at of [5000, statSync(blob(layer)).size >> 1]) damage(layer, at);
    expectRefused(4);
    expect(expectApplied()).toMatch(
      /^warning Something that was there is damaged.* in the layer .*older images/,
    );
    expect(work.run('verify', 'oci:site:1.0').exitCode).toBe(1);
  });

  it('takes the place of a layer of the base that is damaged', () => {
    const [layer = ''] = site().layers('1.0');
    damage(layer, 1000);
    expectRefused(4);
    expectApplied();
    expect(site().bytes(layer)).toEqual(new Layout(work, 'out').bytes(layer));
  });

  it('brings what the site lost', () => {
    for (const layer of site().layers('1.0')) rmSync(blob(layer));
    expectRefused(5);
    expectApplied();
  });

  it('brings what a truncated manifest of the site leads to no more', () => {
    const { digest } = site().published('1.0');
    const bytes = readFileSync(blob(digest));
    rmSync(blob(digest));
    writeFileSync(blob(digest), bytes.subarray(0, 100));
    expectRefused(5);
    expectApplied();
  });

  it('takes the place of a config that is damaged, where the image is there already', () => {
    expectApplied();
    const config = site().published('1.1').document.config.digest;
    damage(config, 20);
    expectApplied();
  });

  it('fits a site that has nothing', () => {
    rmSync(work.path('site'), { recursive: true });
    expectApplied();
  });
});

describe('apply', () => {
  it('writes anew what another tool left half written or damaged at the target, whatever it says of itself', () => {
    expectApplied('plain.tar');
    const [, layer = ''] = site().layers('1.1');
    const [made, size] = [blob(layer), statSync(blob(layer)).size];
    expect(size).toBeGreaterThan(1 << 20);
    for (const bytes of [Buffer.alloc(size), readFileSync(made).subarray(0, 4000)]) {
      rmSync(work.path('site'), { recursive: true, force: true });
      cpSync(work.path('whole'), work.path('site'), { recursive: true });
      writeFileSync(made, bytes);
      expectApplied('plain.tar');
    }
  });

  it('leaves alone what another tool began and never named anything in', () => {
    for (const [left, said, exitCode] of [
      [['blobs'], 'holds part of an image layout: it has no oci-layout', 2],
      [['blobs', 'index.json'], 'holds part of an image layout: it has no oci-layout', 2],
      [['blobs', 'oci-layout'], 'it has no index.json: a copy of it was interrupted', 4],
    ] as const) {
      rmSync(work.path('site'), { recursive: true, force: true });
      for (const name of left) cpSync(work.path('whole', name), work.path('site', name), { recursive: true });
      const words = ['--have', 'oci:whole', '--to', 'oci:site', '--store', 'site-store'];
      const ran = work.run('apply', 'plain.tar', ...words);
      expect([ran.stderr, ran.exitCode]).toEqual([expect.stringContaining(said), exitCode]);
    }
  });

  it('makes a layer again that is there and damaged, where all is there that it is made of', () => {
    expect(expectApplied('plain.tar')).toBe('');
    const [, layer = ''] = site().layers('1.1');
    damage(layer, statSync(blob(layer)).size >> 1);
    expectApplied('plain.tar');
  });
});
