import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeBase, writeBaseIndex } from './testing/fake-base.ts';
import { Layout } from './testing/layout.ts';
import { expectRefused } from './testing/refusal.ts';
import { Workplace } from './testing/workplace.ts';

let work: Workplace;
let base: Layout;
let out: Layout;
beforeEach(() => {
  work = new Workplace();
  base = new Layout(work, 'base');
  out = new Layout(work, 'out');
  work.writeApplication();
});
afterEach(() => work.remove());

function image(...words: readonly string[]) {
  const ran = work.run('image', ...words);
  expect(ran.exitCode, ran.stderr).toBe(0);
  return ran;
}

function refused(exitCode: number, words: readonly string[], ...said: readonly (string | RegExp)[]): void {
  expectRefused(work, work.run('image', ...words), exitCode, ...said);
  expect(existsSync(work.path('out'))).toBe(false);
}

describe('block-pack image upon a base', () => {
  const usual = [
    { directory: 'app', mode: 0o750, uid: 1000 },
    { directory: 'usr' },
    { directory: 'usr/lib' },
    { link: 'lib', to: 'usr/lib' },
    { file: 'usr/lib/libc.so', content: 'libc' },
  ] as const;

  it('carries its layers, repeats the modes of its directories, and goes where its links lead', () => {
    const run = { Env: ['PATH=/bin'], Cmd: ['sh'], Healthcheck: { Test: ['NONE'] } };
    const { digest } = writeBase(work, '1', usual, { run });
    work.run('files', 'dist', '--prefix', '/lib/shop', '-o', 'files.import');
    const { stderr } = image(
      'java.import',
      'files.import',
      '--base',
      'oci:base:1',
      '-o',
      'oci:out',
      '--env',
      'A=1',
    );
    expect(stderr).toContain('/usr/lib');
    const [carried, java = '', files = ''] = out.layers();
    expect(carried).toBe(base.document(digest).layers[0]?.digest);
    const { config } = out.published();
    expect(out.entries(files)).toContain('0usr/lib/shop/main.js');
    const tar = out.tar(java);
    expect(tar.toString('latin1', 100, 116).split('\0')).toEqual(['0000750', '0001750', '']);
    expect(config).toMatchObject({
      'x-kept': 'by whoever builds upon it',
      config: { ...run, Env: ['PATH=/bin', 'A=1'] },
    });
    expect(config.rootfs.diff_ids).toHaveLength(4);
    expect(config.history).toHaveLength(4);
  });

  it('does not hide what the base has, unless it is told to', () => {
    writeBase(work, '1', [
      ...usual,
      { directory: 'app/lib' },
      { file: 'app/lib/NOTICE.txt', content: 'of the base' },
    ]);
    const words = ['java.import', '--base', 'oci:base:1', '-o', 'oci:out'];
    refused(3, words, '/app/lib/NOTICE.txt', '--replace-base-files');
    image(...words, '--replace-base-files');
  });

  it('refuses an import where the base has another kind of thing', () => {
    writeBase(work, '1', [{ file: 'app', content: 'a file' }]);
    refused(
      3,
      ['java.import', '--base', 'oci:base:1', '-o', 'oci:out', '--replace-base-files'],
      '/app is a file',
    );
  });

  it('builds upon an image of its own, under other names', () => {
    image('java.import', '-o', 'oci:base:1');
    work.writeJar('more', 'org.ow2.asm:asm-tree:9.7');
    work.run('java', 'more', '-o', 'more.import', '--prefix', '/opt/more');
    refused(2, ['more.import', '--base', 'oci:base:1', '-o', 'oci:out'], 'app-java=FILE');
    image('app-java=more.import', '--base', 'oci:base:1', '-o', 'oci:out');
    expect(out.published().document.layers).toHaveLength(4);
  });

  it('takes what docker save wrote, and what Docker calls a manifest', () => {
    writeBase(work, '1', usual, {
      manifestType: 'application/vnd.docker.distribution.manifest.v2+json',
      layerType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
    });
    image('java.import', '--base', 'oci:base:1', '-o', 'docker-archive:shop.tar:shop:1');
    work.run('files', 'dist', '-o', 'files.import', '--prefix', '/srv');
    image('files.import', '--base', 'docker-archive:shop.tar', '-o', 'oci:out');
    expect(out.published().document.layers.map((layer) => layer.mediaType)).toEqual(
      Array.from({ length: 5 }, () => 'application/vnd.oci.image.layer.v1.tar+gzip'),
    );
  });

  it('makes the layers of its own images again, byte for byte, where docker save took their compression away', () => {
    image('java.import', '--files', 'dist:/srv', '-o', 'oci:whole');
    const whole = new Layout(work, 'whole');
    const { config } = whole.published();
    const paths = whole.layers().map((digest) => {
      work.write(`saved/${digest.slice(7)}.tar`, whole.tar(digest));
      return `${digest.slice(7)}.tar`;
    });
    work.write('saved/config.json', JSON.stringify(config));
    work.write(
      'saved/manifest.json',
      JSON.stringify([{ Config: 'config.json', RepoTags: [], Layers: paths }]),
    );
    execFileSync('tar', ['-C', work.path('saved'), '-cf', work.path('saved.tar'), '.']);
    work.run('files', 'dist', '--prefix', '/opt', '-o', 'more.import');
    image('more=more.import', '--base', 'docker-archive:saved.tar', '-o', 'oci:out');
    expect(out.published().document.layers.slice(0, 3)).toEqual(whole.published().document.layers);
    expect(work.run('verify', 'oci:out')).toMatchObject({ exitCode: 0 });
    expect(work.run('convert', 'oci:out', '--form', 'native', '-o', 'oci:native')).toMatchObject({
      exitCode: 0,
    });
  });

  it('warns of a layer that holds a path twice, once per layer, also when it is known', () => {
    const twice = { file: 'usr/lib/libc.so', content: 'other' } as const;
    writeBase(work, '1', [...usual, twice, twice]);
    for (const tag of ['1', '2'])
      expect(
        work.json('image', 'java.import', '--base', 'oci:base:1', '-o', `oci:out:${tag}`).document,
      ).toMatchObject({
        warnings: [{ code: 'PATH_TWICE', message: expect.stringContaining('/usr/lib/libc.so twice') }],
      });
    expect(work.run('image', 'java.import', '-o', 'oci:out:3').stderr).not.toContain('twice');
  });

  it('gives a plain layer the same gzip every time', () => {
    writeBase(work, '1', usual, { layerType: 'application/vnd.oci.image.layer.v1.tar' });
    const words = ['image', 'java.import', '--base', 'oci:base:1'];
    const first = work.json(...words, '-o', 'oci:out:1').document.image;
    expect(work.json(...words, '-o', 'oci:out:2').document.image).toEqual(first);
    expect(work.json(...words, '-o', 'oci:out:3', '--store', 'store').document.image).toEqual(first);
    expect(out.published('1').document.layers[0]?.mediaType).toBe(
      'application/vnd.oci.image.layer.v1.tar+gzip',
    );
  });

  it('asks for the platform where the base has several, and makes an index of those that are wanted', () => {
    const members = ['arm64', 'amd64'].map((architecture) => {
      const platform = { os: 'linux', architecture };
      return {
        ...writeBase(work, architecture, [...usual, { file: 'arch', content: architecture }], { platform }),
        platform,
      };
    });
    writeBaseIndex(work, 'both', members);
    refused(
      2,
      ['java.import', '--base', 'oci:base:both', '-o', 'oci:out'],
      'linux/arm64, linux/amd64',
      '--platform',
    );
    refused(
      3,
      ['java.import', '--base', 'oci:base:both', '-o', 'oci:out', '--platform', 'linux/s390x'],
      'linux/s390x',
    );
    image('java.import', '--base', 'oci:base:both', '-o', 'oci:out:arm', '--platform', 'linux/arm64');
    expect(out.published('arm').config.architecture).toBe('arm64');
    image('java.import', '--base', 'oci:base:both', '-o', 'oci:out:all', '--platform', 'all');
    const { document, digest } = out.published('all');
    const platforms = document.manifests.map((one) => one.platform.architecture);
    expect(platforms).toEqual(['amd64', 'arm64']);
    image('java.import', '--base', 'oci:base:amd64', '-o', 'oci:out:amd');
    image('--join', 'oci:out:arm', '--join', 'oci:out:amd', '-o', 'oci:out:joined');
    expect(out.published('joined').digest).toBe(digest);
    const twice = work.run('image', '--join', 'oci:out:arm', '--join', 'oci:out:all', '-o', 'oci:twice');
    expectRefused(work, twice, 2, 'linux/arm64');
  });

  it.each([
    ['a diffID', { diffId: `sha256:${'0'.repeat(64)}` }, 4],
    ['a size', { layerSize: 5 }, 4],
    ['a digest', { layerDigest: `sha256:${'1'.repeat(64)}` }, 5],
  ])('refuses a base that lies about %s', (_, lies, exitCode) => {
    writeBase(work, '1', usual, { lies });
    refused(exitCode, ['java.import', '--base', 'oci:base:1', '-o', 'oci:out'], /layer|sha256/);
  });

  it('refuses documents that no registry would take, and layers that it cannot read', () => {
    writeBase(work, '1', usual, { run: { Labels: { long: 'x'.repeat(5 << 20) } } });
    refused(4, ['java.import', '--base', 'oci:base:1', '-o', 'oci:out'], '4194304');
    writeBase(work, '2', usual, { layerType: 'application/vnd.oci.image.layer.v1.tar+zstd' });
    refused(3, ['java.import', '--base', 'oci:base:2', '-o', 'oci:out'], /layer/);
    refused(3, ['java.import', '--base', 'oci:missing', '-o', 'oci:out'], 'missing');
    refused(3, ['java.import', '--base', 'oci:base:none', '-o', 'oci:out'], 'none');
  });

  it('refuses a base whose layer is damaged, or of a kind that cannot be carried', () => {
    const { digest } = writeBase(work, '1', usual);
    const [{ digest: layer } = { digest: '' }] = base.document(digest).layers;
    const bytes = base.bytes(layer);
    bytes[30] = (bytes[30] ?? 0) ^ 1;
    work.write(`base/blobs/sha256/${layer.slice(7)}`, bytes);
    refused(4, ['java.import', '--base', 'oci:base:1', '-o', 'oci:out'], 'damaged');
    writeBase(work, '2', usual, {
      layerType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
    });
    refused(3, ['java.import', '--base', 'oci:base:2', '-o', 'oci:out'], 'nondistributable');
  });

  it('refuses import manifests that find no room in an image, alone or beside those of the base', () => {
    const long = (mebibytes: number) => `${work.read('java.import')}#note ${'x'.repeat(mebibytes << 20)}\n`;
    work.write('long.import', long(5));
    work.write('longer.import', long(9));
    refused(3, ['longer.import', '-o', 'oci:out'], /would have at least 9\d+ bytes, and it can have 8388608/);
    image('base=long.import', '-o', 'oci:base:1');
    refused(
      3,
      ['long.import', '--base', 'oci:base:1', '--replace-base-files', '-o', 'oci:out'],
      /of its base/,
    );
  });
});
