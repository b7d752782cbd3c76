import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mavenJars } from './corpus.ts';
import { showFigures } from './figures.ts';
import { nodeOfVersion, nodeVersions } from './node-versions.ts';
import { builtCli, run, succeed } from './workspace.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-layers-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Jars for one layer, and for another a tree with long and foreign names, links and empty directories. */
const corpus = join(await mavenJars('small'), 'lib');
const lib = join(scratch, 'lib');
const tree = join(scratch, 'tree');
mkdirSync(lib);
for (const jar of readdirSync(corpus).sort().slice(0, 60)) cpSync(join(corpus, jar), join(lib, jar));
mkdirSync(join(tree, 'logs'), { recursive: true });
mkdirSync(join(tree, 'größe', 'd'.repeat(120)), { recursive: true });
writeFileSync(join(tree, 'größe', 'd'.repeat(120), 'leaf'), 'x'.repeat(100_000));
symlinkSync('größe', join(tree, 'link'));

const encodings = ['gzip-0', 'gzip-1', 'gzip-6', 'gzip-auto'];
let made = 0;

/** Packs into a new store and makes an image of it. @returns its place, and the digests of all its layers */
function image(
  node: string,
  encoding: string,
  env: NodeJS.ProcessEnv = {},
): { layout: string; layers: string[] } {
  const folder = join(scratch, `made-${++made}`);
  mkdirSync(folder);
  const common = ['--quiet', '--store', join(folder, 'store')];
  const options = { cwd: folder, env: { ...process.env, ...env } };
  const call = (...words: readonly string[]) => succeed(node, [builtCli, ...words, ...common], options);
  call('java', lib, '-o', 'java.import');
  call('image', 'java.import', '--files', `${tree}:/srv/app`, '--encoding', encoding, '-o', 'oci:image:1.0');
  const { images } = JSON.parse(call('inspect', 'oci:image:1.0', '--json'));
  return {
    layout: join(folder, 'image'),
    layers: images[0].layers.map((layer: { readonly digest: string }) => layer.digest),
  };
}

describe.each(encodings)("a layer's digest by %s is the same", (encoding) => {
  let reference: string[] = [];
  beforeAll(() => {
    reference = image(process.execPath, encoding).layers;
    expect(reference).toHaveLength(3);
    showFigures(
      `The layers that must come out by ${encoding}`,
      reference.map((digest) => ({ digest })),
    );
  });

  test.each(nodeVersions)('by Node %s', async (version) => {
    expect(image(await nodeOfVersion(version), encoding).layers).toEqual(reference);
  });

  test('with one thread that deflates, elsewhere and in another time', () => {
    const env = { UV_THREADPOOL_SIZE: '1', TZ: 'Pacific/Kiritimati', LC_ALL: 'C' };
    expect(image(process.execPath, encoding, env).layers).toEqual(reference);
  });
});

describe.each(encodings)('every layer by %s', (encoding) => {
  const blobs: string[] = [];
  beforeAll(() => {
    const { layout, layers } = image(process.execPath, encoding);
    blobs.push(...layers.map((digest) => join(layout, 'blobs/sha256', digest.slice('sha256:'.length))));
  });

  test('is whole for gzip', () => {
    for (const blob of blobs)
      expect(run('sh', ['-c', 'gzip -t < "$0"', blob])).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('is unpacked by GNU tar to the files that were packed', () => {
    const rootfs = join(scratch, `rootfs-${encoding}`);
    mkdirSync(rootfs);
    for (const blob of blobs) {
      const unpacked = run('tar', ['--same-permissions', '-C', rootfs, '-xzf', blob]);
      expect(unpacked).toMatchObject({ exitCode: 0, stderr: '' });
    }
    succeed('diff', ['-r', lib, join(rootfs, 'app/lib')]);
    succeed('diff', ['-r', '--no-dereference', tree, join(rootfs, 'srv/app')]);
  });

  test('is listed alike by GNU tar and by Python, each path once', () => {
    const script =
      'import sys, tarfile\nfor m in tarfile.open(sys.argv[1], errorlevel=2): print(m.name + ("/" if m.isdir() else ""))';
    for (const blob of blobs) {
      const gnu = succeed('tar', ['--quoting-style=literal', '-tzf', blob], {
        env: { ...process.env, LC_ALL: 'C.UTF-8' },
      });
      const python = succeed('python3', ['-c', script, blob], { env: { ...process.env, PYTHONUTF8: '1' } });
      expect(python).toBe(gnu);
      const paths = gnu.trimEnd().split('\n');
      expect(new Set(paths).size).toBe(paths.length);
    }
  });
});
