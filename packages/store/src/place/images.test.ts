import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  BlockPackError,
  type ContentDescriptor,
  collect,
  digestHex,
  digestOf,
  MemoryBlobStore,
  type Platform,
  parseImageManifest,
} from '@block-pack/core';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { fakeImage, fakeIndex, imageInMemory } from '../testing/fake-image.ts';
import { type FakeEntry, fakeTar, file, pax } from '../testing/fake-layer.ts';
import { foldersForTests } from '../testing/folders.ts';
import { openImages } from './images.ts';
import { parsePlace } from './place.ts';
import { publishImage } from './publish.ts';

const newFolder = foldersForTests();

let here: string;
beforeEach(() => {
  here = newFolder();
});

const at = (text: string) => parsePlace(text, here);
const open = (text: string) => openImages(at(text));
const write = (name: string, bytes: Uint8Array) => writeFileSync(join(here, name), bytes);

const forms = ['oci:place:1.0', 'oci-archive:place:1.0', 'docker-archive:place:app:1.0'];

describe.each(forms)('an image that was published to %s', (text) => {
  it('is found again with all its bytes', async () => {
    const { blobs, root } = await imageInMemory('one', 'two');
    await publishImage(at(text), { root }, blobs);
    const images = await open(text);
    try {
      const { descriptor, bytes } = await images.find();
      expect(descriptor.digest).toBe(root.digest);
      expect(digestOf(bytes)).toBe(root.digest);
      const { config, layers } = parseImageManifest(bytes, 'it');
      for (const { digest, size } of [config, ...layers]) {
        expect(await images.blobs.has(digest, size)).toBe(true);
        expect(await images.blobs.has(digest, size + 1)).toBe(false);
        expect(digestOf(await collect(images.blobs.read(digest), 1e6, 'a blob'))).toBe(digest);
        const part = await collect(images.blobs.read(digest, { offset: 2, length: 5 }), 5, 'a part');
        expect(part).toHaveLength(5);
        const over = images.blobs.read(digest, { offset: size, length: 1 });
        await expect(collect(over, 5, 'too much')).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
      }
    } finally {
      images.close();
    }
  });

  it('is found without saying its name, since it is the only one', async () => {
    const { blobs, root } = await imageInMemory('one');
    await publishImage(at(text), { root }, blobs);
    const images = await open(text.split(':').slice(0, 2).join(':'));
    expect((await images.find()).descriptor.digest).toBe(root.digest);
    images.close();
  });

  it('is not found under another name, and the hint says which there are', async () => {
    const { blobs, root } = await imageInMemory('one');
    await publishImage(at(text), { root }, blobs);
    const images = await open(text);
    await expect(images.find('other:2.0')).rejects.toMatchObject({
      code: 'INPUT_MISSING',
      hint: expect.stringContaining('1.0'),
    });
    images.close();
  });
});

describe('the image that is meant', () => {
  async function published(...names: readonly string[]): Promise<ContentDescriptor[]> {
    const blobs = new MemoryBlobStore();
    const roots = [];
    for (const name of names) {
      const root = await fakeImage(blobs, [name]);
      await publishImage(at('oci:place'), { root, name }, blobs);
      roots.push(root);
    }
    return roots;
  }

  it('is the one that is tagged latest, where none is named', async () => {
    const [, latest] = await published('a', 'latest', 'b');
    const images = await open('oci:place');
    expect((await images.find()).descriptor.digest).toBe(latest?.digest);
    expect((await images.list()).map(({ names }) => names)).toEqual([['a'], ['latest'], ['b']]);
  });

  it('must be named where there are several and none is latest', async () => {
    await published('a', 'b');
    const images = await open('oci:place');
    await expect(images.find()).rejects.toMatchObject({
      code: 'USAGE',
      hint: expect.stringContaining('a, b'),
    });
  });

  it('can be named by its digest, which a tag must agree with', async () => {
    const [a, b] = await published('a', 'b');
    const images = await open(`oci:place:a@${a?.digest}`);
    expect((await images.find()).descriptor.digest).toBe(a?.digest);
    expect((await images.find(b?.digest)).descriptor.digest).toBe(b?.digest);
    const wrong = await open(`oci:place:a@${b?.digest}`);
    await expect(wrong.find()).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });

  it('is the one for the platform that is asked for', async () => {
    const blobs = new MemoryBlobStore();
    const platforms: readonly Platform[] = [
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64', variant: 'v8' },
      { os: 'linux', architecture: 'arm', variant: 'v6' },
      { os: 'linux', architecture: 'arm', variant: 'v7' },
    ];
    const members = [];
    for (const platform of platforms)
      members.push({ ...(await fakeImage(blobs, ['x'], platform)), platform });
    const inner = await fakeIndex(blobs, members.slice(1));
    const root = await fakeIndex(blobs, [...members.slice(0, 1), inner]);
    await publishImage(at('oci-archive:place'), { root }, blobs);
    const images = await open('oci-archive:place');
    const found = async (architecture: string, variant?: string) =>
      (await images.find(undefined, { os: 'linux', architecture, variant })).descriptor.digest;
    expect((await images.find()).descriptor.digest).toBe(root.digest);
    expect(await found('amd64')).toBe(members[0]?.digest);
    expect(await found('arm64')).toBe(members[1]?.digest);
    expect(await found('arm', 'v7')).toBe(members[3]?.digest);
    expect((await images.find(members[2]?.digest)).descriptor.digest).toBe(members[2]?.digest);
    await expect(found('arm')).rejects.toMatchObject({
      code: 'USAGE',
      hint: expect.stringContaining('linux/arm/v6'),
    });
    await expect(found('riscv64')).rejects.toMatchObject({
      code: 'INPUT_MISSING',
      hint: expect.stringContaining('linux/amd64'),
    });
    images.close();
  });

  it('is found though thousands of indexes name each other, each level all of the next', async () => {
    const blobs = new MemoryBlobStore();
    const amd64 = { os: 'linux', architecture: 'amd64' };
    const image = { ...(await fakeImage(blobs, ['x'])), platform: amd64 };
    let root = await fakeIndex(blobs, [image]);
    for (let level = 0; level < 3; level++) root = await fakeIndex(blobs, Array(2000).fill(root));
    await publishImage(at('oci:place'), { root }, blobs);
    const images = await open('oci:place');
    expect((await images.find(undefined, amd64)).descriptor.digest).toBe(image.digest);
  });

  it('is refused where it is for one other platform only', async () => {
    const { blobs, root } = await imageInMemory('x');
    await publishImage(at('oci:place'), { root }, blobs);
    const images = await open('oci:place');
    expect((await images.find(undefined, { os: 'linux', architecture: 'amd64' })).descriptor.digest).toBe(
      root.digest,
    );
    await expect(images.find(undefined, { os: 'linux', architecture: 's390x' })).rejects.toMatchObject({
      code: 'INPUT_MISSING',
    });
  });
});

it('reads any bytes as an archive, or refuses them', async () => {
  const { blobs, root } = await imageInMemory('one');
  await publishImage(at('docker-archive:whole.tar:app'), { root }, blobs);
  const whole = readFileSync(join(here, 'whole.tar'));
  const change = fc.record({
    at: fc.nat(whole.length - 1),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 600 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const bytes = Buffer.from(whole);
      for (const one of changes) bytes.set(one.bytes.subarray(0, bytes.length - one.at), one.at);
      write('changed.tar', bytes);
      for (const kind of ['oci-archive', 'docker-archive']) {
        try {
          const images = await open(`${kind}:changed.tar`);
          await images.find().finally(() => images.close());
        } catch (error) {
          expect(error).toBeInstanceOf(BlockPackError);
        }
      }
    }),
    { numRuns: 300 },
  );
});

describe('a place that is not as it should be', () => {
  it.each(['oci:none', 'oci-archive:none', 'docker-archive:none'])('%s is missing', async (text) => {
    await expect(open(text)).rejects.toMatchObject({
      code: 'INPUT_MISSING',
      details: { path: join(here, 'none') },
    });
  });

  it('says what to write for a file, or for a directory, in the wrong place', async () => {
    write('file', new Uint8Array());
    await expect(open('oci:file')).rejects.toMatchObject({ hint: expect.stringContaining('oci-archive:') });
    mkdirSync(join(here, 'dir'));
    await expect(open('oci-archive:dir')).rejects.toMatchObject({ hint: expect.stringContaining('oci:') });
    await expect(open('oci:dir')).rejects.toMatchObject({ code: 'INPUT_UNSUPPORTED' });
  });

  it('says how to unpack a compressed archive', async () => {
    write('a.tar.gz', gzipSync(fakeTar(file('oci-layout', '{}'))));
    await expect(open('oci-archive:a.tar.gz')).rejects.toMatchObject({
      code: 'INPUT_UNSUPPORTED',
      hint: expect.stringContaining('gunzip'),
    });
  });

  const layout = file('oci-layout', '{"imageLayoutVersion":"1.0.0"}');
  const emptyIndex = file('index.json', '{"schemaVersion":2,"manifests":[]}');

  it.each<[string, readonly FakeEntry[], string]>([
    ['a way out of the archive', [file('../x')], 'ARCHIVE_INVALID'],
    ['an absolute path', [file('/x')], 'ARCHIVE_INVALID'],
    ['a file that stands twice', [file('x', '1'), file('./x', '2')], 'ARCHIVE_INVALID'],
    ['a device', [{ path: 'x', type: '3' }], 'ARCHIVE_INVALID'],
    ['a sparse file', [{ path: 'x', type: 'S' }], 'ARCHIVE_INVALID'],
    ['a sparse file in pax', [pax({ 'GNU.sparse.major': '1' }), file('x')], 'ARCHIVE_INVALID'],
    ['a global header that renames', [pax({ path: 'x' }, 'g'), file('y')], 'ARCHIVE_INVALID'],
    ['a size beyond the end', [file('x', '', { size: 1 << 30 })], 'ARCHIVE_INVALID'],
    ['a size beyond all numbers', [file('x', '', { size: 2 ** 60 })], 'ARCHIVE_INVALID'],
    [
      'an extended header of 2 MiB',
      [{ path: 'x', type: 'x', content: 'x'.repeat(2 << 20) }],
      'ARCHIVE_INVALID',
    ],
    [
      'a broken extended header',
      [{ path: 'x', type: 'x', content: '99 path=x\n' }, file('x')],
      'ARCHIVE_INVALID',
    ],
    ['no layout in it', [file('x')], 'INPUT_UNSUPPORTED'],
    ['a layout of another version', [file('oci-layout', '{"imageLayoutVersion":"9.9.9"}')], 'IMAGE_INVALID'],
    ['no index', [layout], 'IMAGE_INVALID'],
    ['an index that is none', [layout, file('index.json', '[]')], 'IMAGE_INVALID'],
    [
      'an index with __proto__',
      [layout, file('index.json', '{"schemaVersion":2,"manifests":[],"__proto__":{}}')],
      'IMAGE_INVALID',
    ],
  ])('is refused: an archive with %s', async (_, entries, code) => {
    write('bad.tar', fakeTar(...entries));
    await expect(open('oci-archive:bad.tar')).rejects.toMatchObject({ code });
  });

  it.each([1, 511, 512, 1000])('is refused when %i bytes of its end are missing', async (missing) => {
    const whole = fakeTar(layout, emptyIndex, file('blobs/sha256/x', 'x'.repeat(600)));
    write('cut.tar', whole.subarray(0, whole.length - 1024 - missing));
    await expect(open('oci-archive:cut.tar')).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' });
  });

  it('is refused when a header is damaged', async () => {
    const bytes = fakeTar(layout, emptyIndex);
    bytes[1024 + 3] = 0x78;
    write('bad.tar', bytes);
    await expect(open('oci-archive:bad.tar')).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' });
  });

  async function listing(descriptor: object) {
    const index = JSON.stringify({ schemaVersion: 2, manifests: [descriptor] });
    write(
      'odd.tar',
      fakeTar(
        layout,
        file('index.json', index),
        file(`blobs/sha256/${digestHex(digestOf(new Uint8Array()))}`),
      ),
    );
    return open('oci-archive:odd.tar');
  }

  const digest = digestOf(new Uint8Array());
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';

  it.each<[string, object, string]>([
    ['a size that is not its own', { mediaType, digest, size: 5 }, 'IMAGE_INVALID'],
    ['more than registries take', { mediaType, digest, size: 5 << 20 }, 'IMAGE_INVALID'],
    ['a blob that is missing', { mediaType, digest: `sha256:${'0'.repeat(64)}`, size: 5 }, 'BLOB_MISSING'],
    [
      'another kind of document',
      {
        mediaType: 'text/plain',
        digest,
        size: 0,
        annotations: { 'org.opencontainers.image.ref.name': 'latest' },
      },
      'INPUT_MISSING',
    ],
  ])('an image is refused that has %s', async (_, descriptor, code) => {
    const images = await listing(descriptor);
    await expect(images.find()).rejects.toMatchObject({ code });
    images.close();
  });
});
