import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  type BlobSource,
  bytesOf,
  type Digest,
  digestHex,
  digestOf,
  encodeImageManifest,
  imageManifestMediaType,
  MemoryBlobStore,
} from '@block-pack/core';
import * as tar from 'tar';
import { beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../open-store.ts';
import { fakeImage, fakeIndex, imageInMemory, put } from '../testing/fake-image.ts';
import { errnoError, intercept } from '../testing/fault.ts';
import { foldersForTests } from '../testing/folders.ts';
import { openImages } from './images.ts';
import { parsePlace } from './place.ts';
import { type PublishedImage, type PublishProgress, publishImage } from './publish.ts';

const newFolder = foldersForTests();

let here: string;
beforeEach(() => {
  here = newFolder();
});

const at = (text: string) => parsePlace(text, here);
const publish = (text: string, image: PublishedImage, blobs: BlobSource) =>
  publishImage(at(text), image, blobs);
const blobPath = (place: string, digest: Digest) => join(here, place, 'blobs/sha256', digestHex(digest));
const archives = ['oci-archive:a.tar:app:1.0', 'docker-archive:a.tar:app:1.0'];

async function digestsIn(text: string): Promise<Record<string, string>> {
  const images = await openImages(at(text));
  const listed = await images.list();
  images.close();
  return Object.fromEntries(listed.map(({ names, descriptor }) => [names.join(), descriptor.digest]));
}

describe('publishing into an image layout', () => {
  it('leaves nothing there that does not belong to a layout', async () => {
    const { blobs, root } = await imageInMemory('one');
    const report = await publish('oci:out', { root }, blobs);
    expect(readdirSync(join(here, 'out')).sort()).toEqual(['blobs', 'index.json', 'oci-layout']);
    expect(report).toMatchObject({ path: join(here, 'out'), name: 'latest', digest: root.digest, blobs: 3 });
    expect(report.newBytes).toBe(report.bytes);
    expect(statSync(blobPath('out', root.digest)).mode & 0o777).toBe(0o444);
  });

  it('keeps the other tags, and replaces one of the same name', async () => {
    const blobs = new MemoryBlobStore();
    const [one, two, three] = [
      await fakeImage(blobs, ['one']),
      await fakeImage(blobs, ['two']),
      await fakeImage(blobs, ['three']),
    ];
    await publish('oci:out:a', { root: one }, blobs);
    await publish('oci:out:b', { root: two }, blobs);
    await publish('oci:out:a', { root: three }, blobs);
    expect(await digestsIn('oci:out')).toEqual({ a: three.digest, b: two.digest });
  });

  it('writes nothing twice, and says so', async () => {
    const { blobs, root } = await imageInMemory('one', 'two');
    await publish('oci:out', { root }, blobs);
    const before = statSync(blobPath('out', root.digest)).ino;
    expect(await publish('oci:out:other', { root }, blobs)).toMatchObject({ newBytes: 0, blobs: 4 });
    expect(statSync(blobPath('out', root.digest)).ino).toBe(before);
  });

  it.each(['of the right size', 'of another size'])('replaces a damaged blob %s', async (size) => {
    const { blobs, root } = await imageInMemory('one');
    await publish('oci:out', { root }, blobs);
    const path = blobPath('out', root.digest);
    const bytes = readFileSync(path);
    chmodSync(path, 0o644);
    writeFileSync(path, size === 'of another size' ? 'x' : Buffer.alloc(bytes.length));
    await publish('oci:out', { root }, blobs);
    expect(readFileSync(path)).toEqual(bytes);
  });

  it('links or clones large blobs from where they lie, which stay as they are', async () => {
    const store = await openStore(join(here, 'store'), { create: true });
    const root = await fakeImage(store, ['x'.repeat(10)]);
    const large = await put(store, new Uint8Array(3 << 20).fill(7), 'application/octet-stream');
    const { bytes, descriptor } = encodeImageManifest({
      schemaVersion: 2,
      mediaType: imageManifestMediaType,
      config: root,
      layers: [large],
    });
    await store.write(bytesOf(bytes));
    await publish('oci:out', { root: descriptor }, store);
    const [from, to] = [store.blobPath(large.digest), blobPath('out', large.digest)];
    expect(digestOf(readFileSync(to))).toBe(large.digest);
    const [source, target] = [statSync(from), statSync(to)];
    const isClone = source.ino !== target.ino;
    expect({ isClone, links: target.nlink }).toEqual({ isClone, links: isClone ? 1 : 2 });
    await publish('oci:out:again', { root: descriptor }, store);
    expect(readdirSync(join(here, 'out')).sort()).toEqual(['blobs', 'index.json', 'oci-layout']);
  });

  it('into the very store that the blobs come from needs only the name', async () => {
    const store = await openStore(join(here, 'store'), { create: true });
    const root = await fakeImage(store, ['x']);
    expect(await publish('oci:store:app', { root }, store)).toMatchObject({ newBytes: 0 });
    expect(await store.tags()).toMatchObject([{ name: 'app', digest: root.digest }]);
    expect(readdirSync(join(here, 'store/leases'))).toEqual([]);
  });

  it('shows an image and its companions in one step, and all that they lead to', async () => {
    const { blobs, root } = await imageInMemory('one');
    const companion = await fakeImage(blobs, ['its blocks']);
    const image = { root, name: 'app', companions: [{ root: companion, name: 'app-blocks' }] };
    expect(await publish('oci:out', image, blobs)).toMatchObject({ blobs: 6 });
    expect(await digestsIn('oci:out')).toEqual({ app: root.digest, 'app-blocks': companion.digest });
  });

  it('shows companions without a name beside others that have none, each once', async () => {
    const { blobs, root } = await imageInMemory('one');
    const [first, second] = [await fakeImage(blobs, ['a signature']), await fakeImage(blobs, ['another'])];
    for (const companion of [first, second, first])
      await publish('oci:out', { root, name: 'app', companions: [{ root: companion }] }, blobs);
    const images = await openImages(at('oci:out'));
    const listed = (await images.list()).map(({ names, descriptor }) => [...names, descriptor.digest]);
    images.close();
    expect(listed).toEqual([[second.digest], ['app', root.digest], [first.digest]]);
  });

  it('carries blocks, platforms, and a subject that is there', async () => {
    const { blobs, root } = await imageInMemory('one');
    const block = await put(blobs, Buffer.from('a block'), 'application/vnd.dev.block-pack.block.file.v1');
    const absent = { ...root, digest: digestOf(Buffer.from('absent')) };
    const config = await put(blobs, Buffer.from('{}'), 'application/vnd.oci.empty.v1+json');
    const manifest = { schemaVersion: 2, mediaType: imageManifestMediaType, config, layers: [] } as const;
    const whole = encodeImageManifest({ ...manifest, blocks: [block], subject: root });
    const lonely = encodeImageManifest({ ...manifest, subject: absent });
    for (const { bytes } of [whole, lonely]) await blobs.write(bytesOf(bytes));
    const index = await fakeIndex(blobs, [whole.descriptor, lonely.descriptor]);
    await publish('oci:out', { root: index }, blobs);
    for (const { digest } of [block, root, whole.descriptor, lonely.descriptor])
      expect(existsSync(blobPath('out', digest))).toBe(true);
    expect(existsSync(blobPath('out', absent.digest))).toBe(false);
  });

  it('goes on where a killed run has left off', async () => {
    const { blobs, root } = await imageInMemory('one');
    mkdirSync(join(here, 'out/.block-pack-draft-dead'), { recursive: true });
    await publish('oci:out', { root }, blobs);
    expect(await digestsIn('oci:out')).toEqual({ latest: root.digest });
  });

  it('by many at once loses no tag', async () => {
    const blobs = new MemoryBlobStore();
    const names = Array.from({ length: 12 }, (_, number) => `tag${number}`);
    const roots = [];
    for (const name of names) roots.push(await fakeImage(blobs, [name, 'shared']));
    await Promise.all(roots.map((root, number) => publish(`oci:out:${names[number]}`, { root }, blobs)));
    expect(Object.keys(await digestsIn('oci:out')).sort()).toEqual([...names].sort());
    expect(readdirSync(join(here, 'out')).sort()).toEqual(['blobs', 'index.json', 'oci-layout']);
  });

  it.each([
    ['a directory with other things', () => writeFileSync(join(here, 'out/photo.jpg'), '')],
    [
      'a layout of another version',
      () => writeFileSync(join(here, 'out/oci-layout'), '{"imageLayoutVersion":"2"}'),
    ],
    [
      'a damaged index',
      () => {
        writeFileSync(join(here, 'out/oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
        writeFileSync(join(here, 'out/index.json'), '{');
      },
    ],
  ])('is refused in %s, which stays as it is', async (_, make) => {
    mkdirSync(join(here, 'out'));
    make();
    const before = readdirSync(join(here, 'out'));
    const { blobs, root } = await imageInMemory('one');
    await expect(publish('oci:out', { root }, blobs)).rejects.toMatchObject({ code: 'OUTPUT_REFUSED' });
    expect(readdirSync(join(here, 'out')).filter((name) => name !== 'blobs')).toEqual(before);
  });

  it('is refused on a file', async () => {
    writeFileSync(join(here, 'out'), '');
    const { blobs, root } = await imageInMemory('one');
    await expect(publish('oci:out', { root }, blobs)).rejects.toMatchObject({ code: 'OUTPUT_REFUSED' });
  });

  it('names the disk that is full, and shows no image', async () => {
    const { blobs, root } = await imageInMemory('one');
    await publish('oci:out:old', { root }, blobs);
    const next = await fakeImage(blobs, ['next']);
    const restore = intercept('writeSync', () => {
      throw errnoError('ENOSPC', 'write');
    });
    try {
      await expect(publish('oci:out:new', { root: next }, blobs)).rejects.toMatchObject({
        code: 'DISK_FULL',
      });
    } finally {
      restore();
    }
    expect(await digestsIn('oci:out')).toEqual({ old: root.digest });
    expect(readdirSync(join(here, 'out')).sort()).toEqual(['blobs', 'index.json', 'oci-layout']);
  });
});

describe.each(archives)('publishing as %s', (text) => {
  it('gives the same bytes in any place and from any source', async () => {
    const { blobs, root } = await imageInMemory('one', 'two');
    await publish(text, { root }, blobs);
    const first = readFileSync(join(here, 'a.tar'));
    const store = await openStore(join(here, 'store'), { create: true });
    expect(await fakeImage(store, ['one', 'two'])).toEqual(root);
    await publish(text.replace('a.tar', 'deep/down/b.tar'), { root }, store);
    expect(readFileSync(join(here, 'deep/down/b.tar'))).toEqual(first);
    expect(readdirSync(join(here, 'deep/down'))).toEqual(['b.tar']);
  });

  it('is a tar that others read', async () => {
    const { blobs, root } = await imageInMemory('one');
    await publish(text, { root }, blobs);
    const seen: string[] = [];
    tar.list({
      file: join(here, 'a.tar'),
      sync: true,
      strict: true,
      onReadEntry: ({ path }) => seen.push(path),
    });
    expect(seen).toEqual(
      expect.arrayContaining(['index.json', 'oci-layout', `blobs/${root.digest.replace(':', '/')}`]),
    );
    expect(seen).toEqual([...seen].sort());
  });

  it('replaces an older archive only when the new one is whole', async () => {
    const { blobs, root } = await imageInMemory('one');
    await publish(text, { root }, blobs);
    const old = readFileSync(join(here, 'a.tar'));
    const next = await fakeImage(blobs, ['next']);
    const signal = new AbortController();
    const interrupted = publishImage(at(text), { root: next }, blobs, {
      signal: signal.signal,
      onProgress: ({ blobs: done }) => done === 1 && signal.abort(),
    });
    await expect(interrupted).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(readFileSync(join(here, 'a.tar'))).toEqual(old);
    expect(readdirSync(here)).toEqual(['a.tar']);
    await publish(text, { root: next }, blobs);
    expect(readFileSync(join(here, 'a.tar'))).not.toEqual(old);
  });

  it('follows a link, and writes through a device', async () => {
    const { blobs, root } = await imageInMemory('one');
    writeFileSync(join(here, 'real.tar'), '');
    symlinkSync('real.tar', join(here, 'a.tar'));
    await publish(text, { root }, blobs);
    expect(statSync(join(here, 'real.tar')).size).toBeGreaterThan(1024);
    await publish(text.replace('a.tar', '/dev/null'), { root }, blobs);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('is refused on a directory', async () => {
    mkdirSync(join(here, 'a.tar'));
    const { blobs, root } = await imageInMemory('one');
    await expect(publish(text, { root }, blobs)).rejects.toMatchObject({ code: 'OUTPUT_REFUSED' });
  });

  it('refuses a blob that is damaged where it comes from, and leaves nothing', async () => {
    const store = await openStore(join(here, 'store'), { create: true });
    const root = await fakeImage(store, ['one']);
    for (const name of readdirSync(join(here, 'store/blobs/sha256'))) {
      if (name === digestHex(root.digest)) continue;
      const path = join(here, 'store/blobs/sha256', name);
      const bytes = readFileSync(path);
      chmodSync(path, 0o644);
      writeFileSync(path, bytes.fill(0x20, 10));
    }
    await expect(publish(text, { root }, store)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(readdirSync(here)).toEqual(['store']);
  });
});

describe('an archive for Docker', () => {
  async function manifestJson(text: string): Promise<readonly { RepoTags: string[] | null }[]> {
    const { blobs, root } = await imageInMemory('one');
    await publish(text, { root }, blobs);
    tar.extract({ file: join(here, 'a.tar'), cwd: here, sync: true }, ['manifest.json', 'index.json']);
    return JSON.parse(readFileSync(join(here, 'manifest.json'), 'utf8'));
  }

  it('has a name that Docker, containerd and podman understand', async () => {
    expect(await manifestJson('docker-archive:a.tar:shop/app:1.0')).toMatchObject([
      { RepoTags: ['shop/app:1.0'] },
    ]);
    expect(JSON.parse(readFileSync(join(here, 'index.json'), 'utf8')).manifests[0].annotations).toEqual({
      'io.containerd.image.name': 'docker.io/shop/app:1.0',
      'org.opencontainers.image.ref.name': '1.0',
    });
  });

  it('says latest where no tag is given, and no name where none is given', async () => {
    expect(await manifestJson('docker-archive:a.tar:localhost:5000/app')).toMatchObject([
      { RepoTags: ['localhost:5000/app:latest'] },
    ]);
    expect(await manifestJson('docker-archive:a.tar')).toMatchObject([{ RepoTags: null }]);
  });

  it('refuses names that Docker does not take', async () => {
    const { blobs, root } = await imageInMemory('one');
    await expect(publish('docker-archive:a.tar:App', { root }, blobs)).rejects.toMatchObject({
      code: 'USAGE',
    });
  });

  it('refuses what Docker cannot load: several platforms', async () => {
    const { blobs, root } = await imageInMemory('one');
    const index = await fakeIndex(blobs, [root]);
    await expect(publish('docker-archive:a.tar', { root: index }, blobs)).rejects.toMatchObject({
      code: 'USAGE',
    });
    expect(readdirSync(here)).toEqual([]);
  });
});

it('publishes an image that was found in another place under its new name alone', async () => {
  const { blobs, root } = await imageInMemory('one');
  await publish('docker-archive:a.tar:app:1.0', { root }, blobs);
  const images = await openImages(at('docker-archive:a.tar'));
  await publish('oci:out:new', { root: (await images.find()).descriptor }, images.blobs);
  images.close();
  const { manifests } = JSON.parse(readFileSync(join(here, 'out/index.json'), 'utf8'));
  expect(manifests).toEqual([{ ...root, annotations: { 'org.opencontainers.image.ref.name': 'new' } }]);
});

describe.each(['oci:out', 'oci-archive:out', 'docker-archive:out'])('publishing to %s', (text) => {
  it('names a blob that is missing, and writes nothing', async () => {
    const { blobs, root } = await imageInMemory('one');
    const without: BlobSource = {
      has: async (digest, size) => digest === root.digest && blobs.has(digest, size),
      read: (digest) => blobs.read(digest),
    };
    await expect(publish(text, { root }, without)).rejects.toMatchObject({ code: 'BLOB_MISSING' });
    expect(readdirSync(here)).toEqual([]);
  });

  it('tells how far it is, up to the end', async () => {
    const { blobs, root } = await imageInMemory('one', 'two');
    const told: PublishProgress[] = [];
    const report = await publishImage(at(text), { root }, blobs, { onProgress: (one) => told.push(one) });
    expect(told.at(-1)).toEqual({
      blobs: report.blobs,
      totalBlobs: report.blobs,
      bytes: report.bytes,
      totalBytes: report.bytes,
    });
  });

  it('refuses another image than the one whose digest the place names', async () => {
    const { blobs, root } = await imageInMemory('one');
    const other = digestOf(new Uint8Array());
    await expect(publish(`${text}@${other}`, { root }, blobs)).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
    });
  });
});
