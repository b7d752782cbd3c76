import { readFileSync, rmSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { redeflateAtOnce } from '@block-pack/delta';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BaseEntry, type BaseOptions, writeBase } from './testing/fake-base.ts';
import { Layout } from './testing/layout.ts';
import { Workplace } from './testing/workplace.ts';

let work: Workplace;
beforeAll(() => {
  work = new Workplace();
});
afterAll(() => work.remove());

/** Every test that makes images of its own has a place of its own for them. */
function inNewPlace(): void {
  work.remove();
  work = new Workplace();
}

/** Text that does not compress to nothing, the same on every day. */
function story(seed: number, words: number): string {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8).toString(36);
  };
  return Array.from({ length: words }, next).join(' ');
}

/** A base image of one layer, in which one of three files changes from release to release. */
function base(release: string): BaseEntry[] {
  return [
    { directory: 'usr' },
    { file: 'usr/one', content: story(1, 9000) },
    { file: 'usr/two', content: `${story(2, 4000)} ${release}` },
    { file: 'usr/three', content: story(3, 9000) },
  ];
}

/** An image of a release upon its base; the site has the older one, and a copy of it as a tar for Docker. */
function makeImages(options: BaseOptions = {}): void {
  inNewPlace();
  work.write('app/start.sh', 'echo started');
  for (const release of ['1.0', '1.1']) {
    writeBase(work, release, base(release), options);
    image(release, `oci:out:${release}`);
  }
  image('1.0', 'oci:site:1.0');
}

function image(release: string, place: string): void {
  done('image', '--base', `oci:base:${release}`, '--files', 'app:/app', '-o', place);
}

function expectUpdate(): void {
  done('bundle', 'oci:out:1.1', '--since', 'oci:out:1.0', '-o', 'update.tar');
  const ran = work.run('apply', 'update.tar', '--to', 'oci:site', '--store', 'site-store');
  expect(ran.exitCode, ran.stderr).toBe(0);
  expect(digest('site', '1.1')).toBe(digest('out', '1.1'));
  expect(done('verify', 'oci:site:1.1')).toContain('all good');
}

function baseLayers(...words: readonly string[]) {
  const said = JSON.parse(done('bundle', 'oci:out:1.1', '--dry-run', '--json', ...words));
  return said.baseLayers;
}

function done(...words: readonly string[]): string {
  const ran = work.run(...words);
  expect(ran.exitCode, ran.stderr).toBe(0);
  return ran.stdout;
}

const digest = (directory: string, tag: string) => new Layout(work, directory).published(tag).digest;
const size = (path: string) => readFileSync(work.path(path)).length;

const asGo = (level: number) => (tar: Buffer) => gzip(tar, 'go', level);
const asZlib = (tar: Buffer) => gzip(tar, 'zlib', 9);

/** As other tools would pack it. */
function gzip(tar: Buffer, encoder: 'go' | 'zlib', level: number): Buffer {
  const own = gzipSync(tar);
  const header = Buffer.from('1f8b0808000000000203', 'hex');
  const packed = redeflateAtOnce(tar, { encoder, level, memLevel: 8 });
  return Buffer.concat([header, Buffer.from('layer.tar\0'), packed, own.subarray(-8)]);
}

it.each([
  ['of Docker', { pack: asGo(6) }],
  ['packed with zlib', { pack: asZlib }],
  ['not packed at all', { layerType: 'application/vnd.oci.image.layer.v1.tar' }],
])('a layer of a base image %s travels as what changed in it', (_, options) => {
  makeImages(options);
  expectUpdate();
  expect(size('update.tar')).toBeLessThan(14_000);
});

it('a layer whose compression nobody can repeat travels whole, and the table says so', () => {
  makeImages({ pack: (tar) => gzipSync(tar, { strategy: constants.Z_FILTERED, windowBits: 11 }) });
  expect(baseLayers('--since', 'oci:out:1.0')).toMatchObject([
    { encoding: 'carried', why: 'cannot be packed again', from: null },
  ]);
  expect(done('bundle', 'oci:out:1.1', '--since', 'oci:out:1.0', '--dry-run')).toMatch(
    /carried +cannot be packed again +layer sha256:/,
  );
  expectUpdate();
});

it('a site that has the layers of the base as plain tars packs them again', () => {
  makeImages({ pack: asGo(6) });
  done('image', '--base', 'oci:base:1.1', '--files', 'app:/app', '-o', 'oci:plain:1.1');
  const [layer = ''] = new Layout(work, 'plain').layers('1.1');
  const unpacked = writeBase(work, 'plain', base('1.1'), {
    layerType: 'application/vnd.oci.image.layer.v1.tar',
  });
  expect(baseLayers('--since', 'oci:base:plain')).toMatchObject([
    { digest: layer, encoding: 'packed again', bytes: 0 },
  ]);
  done('bundle', 'oci:out:1.1', '--since', 'oci:base:plain', '-o', 'update.tar');
  const ran = work.run('apply', 'update.tar', '--have', `oci:base:plain`, '--to', 'oci:new');
  expect(ran.exitCode, ran.stderr).toBe(0);
  expect(digest('new', '1.1')).toBe(digest('out', '1.1'));
  expect(unpacked.digest).toBe(digest('base', 'plain'));
});

it('a partial archive holds the new layers alone, and says what it lacks', () => {
  inNewPlace();
  writeBase(work, '1.0', base('1.0'));
  for (const release of ['1.0', '1.1']) {
    work.write(`v${release}/version`, release);
    done('image', '--base', 'oci:base:1.0', '--files', `v${release}:/app`, '-o', `oci:parts:${release}`);
  }
  done('bundle', 'oci:parts:1.1', '--since', 'oci:parts:1.0', '-o', 'parts.tar');
  const words = ['apply', 'parts.tar', '--have', 'oci:parts:1.0', '--partial', '--to'];
  const said = JSON.parse(done(...words, 'docker-archive:part.tar:shop:1.1', '--json'));
  const [lowest] = new Layout(work, 'parts').layers('1.1');
  expect(said.leftOut).toMatchObject([{ digest: lowest }]);
  const members = entryPaths(readFileSync(work.path('part.tar')));
  expect(members).not.toContain(`blobs/sha256/${lowest?.slice(7)}`);
  const others = new Layout(work, 'parts').layers('1.1').slice(1);
  for (const layer of others) expect(members).toContain(`blobs/sha256/${layer.slice(7)}`);
  expect(JSON.parse(done(...words, 'docker-archive:part-again.tar:shop:1.1', '--json')).newBytes).toBe(
    said.newBytes,
  );
  expect(readFileSync(work.path('part.tar')).equals(readFileSync(work.path('part-again.tar')))).toBe(true);
  expect(work.run('verify', 'docker-archive:part.tar').exitCode).not.toBe(0);
});

describe('an update of a base image', () => {
  beforeAll(() => {
    makeImages();
    done('bundle', 'oci:out:1.1', '--since', 'oci:out:1.0', '-o', 'update.tar');
  });

  it('needs the older one, and says so before anything is made', () => {
    const ran = work.run('apply', 'update.tar', '--to', 'oci:empty');
    expect(ran.exitCode).toBe(5);
    expect(ran.stderr).toContain('needs what is not there: the');
  });

  it('shows in a dry run what a layer is written against, and why it is not', () => {
    const [old] = new Layout(work, 'out').layers('1.0');
    expect(baseLayers('--since', 'oci:out:1.0')).toMatchObject([
      { encoding: 'delta', why: 'other version', from: old },
    ]);
    const alone = (name: string, content: string | Uint8Array) => {
      writeBase(work, name, [{ file: name, content }]);
      return JSON.parse(done('bundle', `oci:base:${name}`, '--dry-run', '--json')).baseLayers;
    };
    const noise = brotliCompressSync(story(4, 9000));
    expect(alone('noise', noise)).toMatchObject([
      { encoding: 'carried', why: 'smaller as it is', from: null },
    ]);
    const words = Array.from({ length: 3000 }, (_, line) => `line ${line} of some words`).join();
    expect(alone('words', words)).toMatchObject([{ encoding: 'typed', why: 'new', from: null }]);
  });

  it('becomes a partial archive for Docker alone, and only where it is said what Docker has', () => {
    for (const words of [
      ['--to', 'oci:new', '--have', 'oci:site'],
      ['--to', 'docker-archive:new.tar'],
    ]) {
      const ran = work.run('apply', 'update.tar', '--partial', ...words);
      expect(ran.exitCode).toBe(2);
      expect(ran.stderr).toContain('--partial is given');
    }
  });

  it('names a damaged layer of the site, and publishes nothing', () => {
    const [old = ''] = new Layout(work, 'site').layers('1.0');
    const path = `site/blobs/sha256/${old.slice(7)}`;
    const bytes = readFileSync(work.path(path));
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    rmSync(work.path(path));
    work.write(path, bytes);
    const ran = work.run('apply', 'update.tar', '--to', 'oci:site');
    expect(ran.exitCode).toBe(4);
    expect(ran.stderr).toContain(old);
    expect(Object.keys(JSON.parse(work.read('site/index.json')).manifests)).toHaveLength(1);
  });
});

function entryPaths(tar: Buffer): string[] {
  const paths: string[] = [];
  for (
    let at = 0;
    tar[at];
    at += 512 + Math.ceil(Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8) / 512) * 512
  )
    paths.push(tar.toString('latin1', at, at + 100).replace(/\0.*$/, ''));
  return paths;
}
