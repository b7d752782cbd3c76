import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { collect, digestHex, digestOf, encodeImageConfig, parseImageManifest } from '@block-pack/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type FakeEntry, fakeTar, file, hardLink, pax, symlink } from '../testing/fake-layer.ts';
import { foldersForTests } from '../testing/folders.ts';
import { openImages } from './images.ts';
import { parsePlace } from './place.ts';

const newFolder = foldersForTests();

let here: string;
beforeEach(() => {
  here = newFolder();
});

const open = (text: string) => openImages(parsePlace(text, here));
const write = (name: string, bytes: Uint8Array) => writeFileSync(join(here, name), bytes);

describe('what docker save wrote', () => {
  const layers = [fakeTar(file('a', 'lower')), fakeTar(file('b', 'upper'))];
  const config = encodeImageConfig({
    os: 'linux',
    architecture: 'amd64',
    rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
  }).bytes;
  const configFile = `${digestHex(digestOf(config))}.json`;

  function saved(...entries: readonly FakeEntry[]): void {
    write('saved.tar', fakeTar(...entries));
  }

  const manifest = (files: readonly string[], tags: readonly string[] | null = ['app:1.0']) =>
    file('manifest.json', JSON.stringify([{ Config: configFile, RepoTags: tags, Layers: files }]));

  async function expectBothLayers(): Promise<void> {
    const images = await open('docker-archive:saved.tar');
    const found = await images.find('docker.io/library/app:1.0');
    const made = parseImageManifest(found.bytes, 'it');
    expect(made.layers.map(({ digest, mediaType }) => ({ digest, mediaType }))).toEqual(
      layers.map((tar) => ({
        digest: digestOf(tar),
        mediaType: 'application/vnd.oci.image.layer.v1.tar',
      })),
    );
    expect(digestOf(await collect(images.blobs.read(made.config.digest), 1e6, 'config'))).toBe(
      digestOf(config),
    );
    for (const [at, { digest }] of made.layers.entries())
      expect(await collect(images.blobs.read(digest), 1e6, 'layer')).toEqual(
        new Uint8Array(layers[at] ?? []),
      );
    images.close();
  }

  it('of old, with a folder for each layer, becomes an OCI image of plain tars', async () => {
    const names = ['1/layer.tar', '2/layer.tar'];
    saved(
      file('1/layer.tar', '', { content: layers[0] ?? '' }),
      file('2/layer.tar', '', { content: layers[1] ?? '' }),
      file('1/VERSION', '1.0'),
      file(configFile, '', { content: config }),
      manifest(names),
    );
    await expectBothLayers();
  });

  it('with links for layers, as podman and skopeo write them, is followed inside of the archive', async () => {
    saved(
      file('./x.tar', '', { content: layers[0] ?? '' }),
      file('y.tar', '', { content: layers[1] ?? '' }),
      symlink('1/layer.tar', '../x.tar'),
      hardLink('2/layer.tar', 'y.tar'),
      file(configFile, '', { content: config }),
      manifest(['1/layer.tar', '2/layer.tar']),
    );
    await expectBothLayers();
  });

  it('with long names in extended headers is read as well', async () => {
    const long = `${'d'.repeat(90)}/${'e'.repeat(90)}/layer.tar`;
    saved(
      pax({ path: long }),
      file('short', '', { content: layers[0] ?? '' }),
      file('y.tar', '', { content: layers[1] ?? '' }),
      file(configFile, '', { content: config }),
      manifest([long, 'y.tar']),
    );
    await expectBothLayers();
  });

  it('with compressed layers names them by the bytes that are there', async () => {
    const blob = gzipSync(layers[0] ?? '');
    saved(
      file('x', '', { content: blob }),
      file('y', '', { content: layers[1] ?? '' }),
      file(configFile, '', { content: config }),
      manifest(['x', 'y'], null),
    );
    const images = await open('docker-archive:saved.tar');
    const { layers: found } = parseImageManifest((await images.find()).bytes, 'it');
    expect(found[0]).toMatchObject({ digest: digestOf(blob), mediaType: expect.stringMatching(/\+gzip$/) });
    images.close();
  });

  it.each<[string, readonly FakeEntry[], string]>([
    ['a layer too few', [manifest(['x'])], 'IMAGE_INVALID'],
    ['a layer that is not there', [manifest(['x', 'z'])], 'IMAGE_INVALID'],
    ['a layer that is a link to itself', [manifest(['x', 'l']), symlink('l', 'l')], 'IMAGE_INVALID'],
    ['a layer outside of the archive', [manifest(['x', 'l']), symlink('l', '/etc/passwd')], 'IMAGE_INVALID'],
    ['no manifest.json', [], 'INPUT_UNSUPPORTED'],
    ['a manifest.json of another form', [file('manifest.json', '{}')], 'IMAGE_INVALID'],
    [
      'keys that stand twice',
      [file('manifest.json', '[{"Config":"a","Config":"b","Layers":[]}]')],
      'IMAGE_INVALID',
    ],
  ])('is refused with %s', async (_, entries, code) => {
    saved(file('x', '', { content: layers[0] ?? '' }), file(configFile, '', { content: config }), ...entries);
    await expect(open('docker-archive:saved.tar')).rejects.toMatchObject({ code });
  });

  it('is damaged when a layer is not the one that the config names', async () => {
    saved(
      file('x', '', { content: layers[1] ?? '' }),
      file('y', '', { content: layers[1] ?? '' }),
      file(configFile, '', { content: config }),
      manifest(['x', 'y']),
    );
    const images = await open('docker-archive:saved.tar');
    const digest = digestOf(layers[0] ?? new Uint8Array());
    await expect(collect(images.blobs.read(digest), 1e6, 'it')).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
    });
    images.close();
  });
});
