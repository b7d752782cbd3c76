import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workplace } from './testing/workplace.ts';

/** Made once, since every call is a process. */
const work = new Workplace();
beforeAll(() => {
  work.writeLibraries('lib');
  work.write('dist/start.sh', '#!/bin/sh\n', 0o755);
  work.run('java', 'lib', '-o', 'java.import');
  image('oci:image:1.0');
  image('oci:native:1.0', '--form', 'native');
  work.run('java', 'lib', '-o', 'site.import', '--store', 'site');
  work.writeJar('lib', 'org.ow2.asm:asm:9.7', { 'org/objectweb/asm/B.class': 'B' });
  work.writeJar('lib', 'com.example:added:1.0.0');
  work.run('java', 'lib', '-o', 'java.import');
  image('oci:image:2.0');
});
afterAll(() => work.remove());

function image(place: string, ...words: readonly string[]): void {
  const made = work.run('image', 'java.import', '--files', 'dist:/srv', '-o', place, ...words);
  expect(made.exitCode, made.stderr).toBe(0);
}

interface Ranges {
  readonly imports: string;
  readonly digest: string;
  readonly size: number;
  readonly bytes: number;
  readonly ranges: readonly { readonly offset: number; readonly length: number }[];
  readonly missing: readonly { readonly path: string }[];
}

function rangesFor(store: string): readonly Ranges[] {
  const { exitCode, document } = work.json('inspect', 'oci:image:2.0', '--ranges', '--store', store);
  expect(exitCode, JSON.stringify(document)).toBe(0);
  return document.layers as readonly Ranges[];
}

describe('block-pack inspect of an image', () => {
  it('shows its layers, and what each is made of', () => {
    const { exitCode, stdout, stderr } = work.run('inspect', 'oci:image:1.0');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/^oci:image:1\.0: 3 layers, 4 blocks, [\d.]+ k?B for linux\//);
    expect(stdout).toMatch(/java: 3 imports\n.*files: 1 import|files: 1 import\n.*java: 3 imports/);
    expect(stdout).toContain('import manifests');
    expect(stdout).toMatch(/pkg:maven\/org\.ow2\.asm\/asm@9\.7 +\/app\/lib\/asm-9\.7\.jar\n/);
  });

  it('says all of it to scripts', () => {
    const { document } = work.json('inspect', 'oci:image:1.0');
    expect(document).toMatchObject({ image: 'oci:image:1.0', digest: expect.stringMatching(/^sha256:/) });
    const [only] = document.images as {
      form: string;
      layers: { kind: string }[];
      imports: { name: string; imports: object[] }[];
    }[];
    expect(only?.layers.map(({ kind }) => kind)).toEqual(['derived', 'derived', 'imports']);
    const java = only?.imports.find(({ name }) => name === 'java');
    expect(java).toMatchObject({ packer: 'java', encoding: 'gzip-auto', blocks: 3 });
    expect(java?.imports).toContainEqual(
      expect.objectContaining({
        path: '/app/lib/asm-9.7.jar',
        type: 'file',
        packed: expect.any(Number),
        inStore: true,
      }),
    );
  });

  it('marks blocks that the store lacks, and needs no store', () => {
    expect(work.run('inspect', 'oci:image:2.0', '--store', 'site').stdout).toMatch(
      /added-1\.0\.0\.jar \(block not in the store\)\n/,
    );
    expect(work.run('inspect', 'oci:image:2.0', '--store', 'nowhere').exitCode).toBe(0);
  });

  it('shows a native image, whose blocks stand beside its layers', () => {
    expect(work.run('inspect', 'oci:native:1.0').stdout).toMatch(
      /^oci:native:1\.0: 1 layer, 4 blocks, .*, native\n/,
    );
  });
});

describe('block-pack inspect --ranges', () => {
  it('names the bytes of the layers that the store needs', () => {
    const java = rangesFor('site').find(({ imports }) => imports === 'java');
    expect(java?.missing.map(({ path }) => path)).toEqual([
      '/app/lib/added-1.0.0.jar',
      '/app/lib/asm-9.7.jar',
    ]);
    expect(java?.ranges).toHaveLength(1);
    expect(java?.bytes).toBe(java?.ranges[0]?.length);
    expect(java?.bytes).toBeLessThan(java?.size ?? 0);
  });

  it('names nothing where the store has all, and all where there is no store', () => {
    expect(rangesFor('store').map(({ ranges, bytes }) => [ranges, bytes])).toEqual([
      [[], 0],
      [[], 0],
    ]);
    expect(rangesFor('nowhere').map(({ ranges }) => ranges.length)).toEqual([1, 1]);
  });

  it('writes them as HTTP does', () => {
    const java = rangesFor('site').find(({ imports }) => imports === 'java');
    const [{ offset, length } = { offset: 0, length: 0 }] = java?.ranges ?? [];
    const { stdout } = work.run('inspect', 'oci:image:2.0', '--ranges', '--store', 'site');
    expect(stdout).toContain(`  bytes=${offset}-${offset + length - 1}\n`);
    expect(stdout).toContain(java?.digest);
  });

  it('is refused for what has no layers made of blocks', () => {
    expect(work.run('inspect', 'oci:native:1.0', '--ranges')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('native'),
    });
    expect(work.run('inspect', 'java.import', '--ranges')).toMatchObject({ exitCode: 2 });
  });
});
