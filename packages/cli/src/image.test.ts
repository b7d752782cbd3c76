import { existsSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Layout } from './testing/layout.ts';
import { expectRefused } from './testing/refusal.ts';
import { Workplace } from './testing/workplace.ts';

let work: Workplace;
let out: Layout;
beforeEach(() => {
  work = new Workplace();
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

describe('block-pack image', () => {
  it('makes an image of manifests and application files, with one layer each and one that explains them', () => {
    const { stdout } = image('java.import', '--files', 'dist:/app/dist', '-o', 'oci:out:1.0');
    expect(stdout).toContain(out.published('1.0').digest);
    expect(out.layers('1.0').map((layer) => out.entries(layer))).toEqual([
      ['5app/', '5app/lib/', '0app/lib/NOTICE.txt', '0app/lib/asm-9.7.jar', '0app/lib/greeting-1.0.0.jar'],
      ['5app/', '5app/dist/', '5app/dist/bin/', '0app/dist/bin/run.sh', '0app/dist/main.js'],
      ['0.import.files', '0.import.java'],
    ]);
  });

  it('packs application files as files does: without what other packers pack, and with a word about secrets', () => {
    work.write('service/main.js', 'run();');
    work.write('service/.env', 'TOKEN=1');
    work.write('service/node_modules/.package-lock.json', '{"lockfileVersion":3,"packages":{}}');
    work.write('service/venv/pyvenv.cfg', 'home = /usr/bin');
    const { stderr } = image('java.import', '--files', 'service:/app/service', '-o', 'oci:out:1.0');
    const [, files = ''] = out.layers('1.0');
    expect(out.entries(files)).toEqual([
      '5app/',
      '5app/service/',
      '0app/service/.env',
      '0app/service/main.js',
    ]);
    expect(stderr).toContain('.env');
  });

  it('makes the same image in another directory, at another time, from another store, in another order of words', () => {
    image('java.import', '--files', 'dist:/app/dist', '--label', 'a=1', '--label', 'b=2', '-o', 'oci:out');
    work.run('java', 'lib', '-o', 'elsewhere/java.import', '--store', 'other');
    const env = { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', BLOCK_PACK_STORE: 'other' };
    const words = ['--label', 'b=2', '--files', 'dist:/app/dist', '--label', 'a=1', 'elsewhere/java.import'];
    expect(work.runWith(env, 'image', ...words, '-o', 'oci-archive:again.tar').exitCode).toBe(0);
    image(
      'java.import',
      '--files',
      'dist:/app/dist',
      '--label',
      'a=1',
      '--label',
      'b=2',
      '-o',
      'oci-archive:out.tar',
    );
    expect(readFileSync(work.path('again.tar')).equals(readFileSync(work.path('out.tar')))).toBe(true);
  });

  it('says how the image is run', () => {
    image(
      ...['java.import', '-o', 'oci:out', '--entrypoint', '["sh","-c","exec java $OPTS"]', '--cmd', 'a  b'],
      ...['--env', 'A=1', '--env', 'B=x=y', '--user', '1000:1000', '--workdir', '/app/', '--label', 'l=m'],
      ...['--expose', '8080', '--expose', '53/udp', '--volume', '/data', '--stop-signal', 'SIGINT'],
      ...['--platform', 'linux/arm64', '--annotation', 'org.opencontainers.image.title=shop'],
    );
    const { document, config } = out.published();
    expect(config).toMatchObject({ os: 'linux', architecture: 'arm64', created: '1970-01-01T00:00:00Z' });
    expect(config.config).toEqual({
      User: '1000:1000',
      ExposedPorts: { '53/udp': {}, '8080/tcp': {} },
      Env: ['A=1', 'B=x=y'],
      Entrypoint: ['sh', '-c', 'exec java $OPTS'],
      Cmd: ['a', 'b'],
      Volumes: { '/data': {} },
      WorkingDir: '/app',
      Labels: { l: 'm' },
      StopSignal: 'SIGINT',
    });
    expect(document.annotations).toEqual({ 'org.opencontainers.image.title': 'shop' });
  });

  it('takes the time of creation from SOURCE_DATE_EPOCH', () => {
    const at = (epoch: string) =>
      work.runWith({ SOURCE_DATE_EPOCH: epoch }, 'image', 'java.import', '-o', 'oci:out');
    expectRefused(work, at('yesterday'), 2, 'SOURCE_DATE_EPOCH');
    expect(at('1700000000').exitCode).toBe(0);
    expect(out.published().config.created).toBe('2023-11-14T22:13:20Z');
  });

  it('packs each layer as it is told', () => {
    const sizes = ['gzip-0', 'gzip-1', 'gzip-6'].map((encoding) => {
      image('java.import', '-o', `oci:out:${encoding}`, '--encoding', encoding);
      const [layer] = out.published(encoding).document.layers;
      expect(out.entries(layer?.digest ?? '')).toHaveLength(5);
      return layer?.size ?? 0;
    });
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  });

  it('takes two manifests of one packer under two names', () => {
    work.writeJar('more', 'org.ow2.asm:asm-tree:9.7');
    work.run('java', 'more', '-o', 'more.import', '--prefix', '/opt/more');
    refused(2, ['java.import', 'more.import', '-o', 'oci:out'], 'Two import manifests', 'java-2=FILE');
    image('java.import', 'plugins=more.import', '-o', 'oci:out');
    expect(out.entries(out.layers().at(-1) ?? '')).toEqual(['0.import.java', '0.import.plugins']);
  });

  it('copies what did not change from the layer of the image before', () => {
    image('java.import', '-o', 'oci:out:1');
    work.writeJar('lib', 'com.example:greeting:1.0.0', { 'New.class': 'new' });
    work.run('java', 'lib', '-o', 'java.import');
    expect(image('java.import', '-o', 'oci:out:2').stdout).toContain('2 as before');
    const packed = (tag: string) => {
      const text = out.tar(out.layers(tag).at(-1) ?? '').toString();
      return [...text.matchAll(/^\/app\/lib.*packed=\d+/gm)].map(([line]) => line);
    };
    expect(packed('2').filter((line) => !packed('1').includes(line))).toHaveLength(1);
  });

  it('takes a layer as it is whose imports did not change, whatever else did', () => {
    image('java.import', '--files', 'dist:/app/dist', '-o', 'oci:out:1');
    rmSync(work.path('store/cache/segments.json'));
    work.write('dist/main.js', 'changed');
    const { stdout } = image('java.import', '--files', 'dist:/app/dist', '-o', 'oci:out:2');
    expect(stdout).toMatch(/java +3 imports, 3 as before.*\n.*files +1 import/);
    const [java, files] = out.layers('2');
    expect([java, out.layers('1').indexOf(files ?? '')]).toEqual([out.layers('1')[0], -1]);
    image('java.import', '--files', 'dist:/app/dist', '-o', 'oci:out:3', '--encoding', 'gzip-0');
    expect(out.layers('3')[0]).not.toBe(java);
  });

  it('keeps the image in the store, so that a collection leaves the segments there until the tag goes', () => {
    const collect = (...words: readonly string[]) => {
      const blobs = work.path('store/blobs/sha256');
      for (const name of readdirSync(blobs)) utimesSync(join(blobs, name), 0, 0);
      expect(work.run('gc', '--keep', '0', ...words).exitCode).toBe(0);
    };
    image('java.import', '-o', 'oci:out:1');
    collect();
    expect(image('java.import', '-o', 'oci:out:1').stdout).toContain('3 as before');
    expect(work.run('ls').stdout).toMatch(/image\/out-[0-9a-f]{8} +sha256:/);
    const [kept] = work.json('ls').document.images as { tag: string; digest: string }[];
    expect(kept?.digest).toBe(out.published('1').digest);
    collect('--untag', kept?.tag ?? '');
    expect(image('java.import', '-o', 'oci:out:1').stdout).not.toContain('as before');
  });

  it('refuses what is no call', () => {
    refused(2, ['-o', 'oci:out'], 'Nothing is given');
    refused(
      2,
      ['--join', 'oci:x', '--stop-signal', 'SIGINT', '-o', 'oci:out'],
      '--stop-signal',
      'only joined',
    );
    refused(2, ['java.import', '-o', 'out'], 'oci:out');
    refused(2, ['java.import', '-o', 'oci:out', '--form', 'other'], 'standard or native');
    refused(2, ['java.import', '-o', 'oci:out', '--encoding', 'zstd'], 'gzip-6');
    refused(2, ['java.import', '-o', 'oci:out', '--files', 'dist'], 'dist:/app');
    expectRefused(work, work.run('image', '--files', 'dist:/app', '-o', 'oci:dist/out'), 2, 'lies inside');
    refused(2, ['--base', 'oci:base:21', '-o', 'oci:out'], '--join oci:base:21 takes that image as it is');
    refused(3, ['missing.import', '-o', 'oci:out'], 'missing.import');
    expect(work.run('image', 'java.import').exitCode).toBe(2);
  });

  it('refuses imports that collide, over all manifests', () => {
    work.write('more/lib/asm-9.7.jar', 'another');
    refused(3, ['java.import', '--files', 'more:/app', '-o', 'oci:out'], 'asm-9.7.jar', 'files', 'java');
    refused(3, ['--files', 'more:/app', '--files', 'more:/app', '-o', 'oci:out'], /twice/);
  });

  it('names the import whose block is missing, and what to pack again', () => {
    const ran = ['image', 'java.import', '-o', 'oci:out', '--store', 'empty'];
    expectRefused(work, work.run(...ran), 5, /\/app\/lib/, /and 2 more/, 'block-pack java');
  });
});
