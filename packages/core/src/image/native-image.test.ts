import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../blob.ts';
import { bytesOf } from '../bytes.ts';
import { type Digest, digestOf } from '../digest.ts';
import { parseImagePath } from '../image-path.ts';
import type { ImportManifest } from '../import-manifest.ts';
import { withLayerRecipe } from '../layer/layer-recipe.ts';
import { MemoryBlobStore } from '../memory-blob-store.ts';
import { assembleImage } from './assemble-image.ts';
import { convertImage } from './convert-image.ts';
import { type EncodedDocument, encodeImageIndex } from './encode-document.ts';
import {
  type ContentDescriptor,
  type ImageConfig,
  parseImageConfig,
  parseImageIndex,
  parseImageManifest,
} from './image-documents.ts';
import { encodeImportsLayer, type ImportsFile, readImportsLayers } from './imports-layer.ts';
import { imageIndexMediaType, layerMediaTypes } from './media-types.ts';
import { blocksArtifactType } from './native-image.ts';

const blob = (text: string): Descriptor => ({
  digest: digestOf(new TextEncoder().encode(text)),
  size: text.length,
});
const digest = (text: string): Digest => blob(text).digest;

/** An import manifest as it stands in an image; the blocks are named after their paths. */
function importsFile(name: string, ...paths: readonly string[]): ImportsFile {
  const manifest: ImportManifest = {
    packer: name,
    directives: [],
    imports: paths.map((path) => ({
      path: parseImagePath(path),
      digest: digest(path),
      attributes: new Map([['size', String(path.length)]]),
    })),
  };
  const recipe = {
    layer: blob(`layer ${name}`),
    diffId: digest(`tar ${name}`),
    encoding: 'gzip-6' as const,
    head: 10,
    directories: new Map(),
    segments: paths.map(() => ({ packed: 20, empty: [] })),
  };
  return { name, manifest: withLayerRecipe(manifest, recipe) };
}

const base = {
  manifest: {
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    config: { mediaType: 'application/vnd.docker.container.image.v1+json', ...blob('config') },
    layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', ...blob('base layer') }],
  },
  config: {
    architecture: 'arm64',
    os: 'linux',
    variant: 'v8',
    'x-vendor': { kept: true },
    config: {
      Env: ['PATH=/bin', 'A=1'],
      Entrypoint: ['/base'],
      Cmd: ['of the base'],
      Labels: { from: 'base' },
    },
    rootfs: { type: 'layers', diff_ids: [digest('base tar')] },
    history: [{ created_by: 'ADD' }, { created_by: 'ENV', empty_layer: true }],
  } satisfies ImageConfig,
} as const;

interface Built {
  readonly store: MemoryBlobStore;
  readonly manifest: EncodedDocument;
  readonly config: EncodedDocument;
}

async function build(
  imports: readonly ImportsFile[],
  more: Partial<Parameters<typeof assembleImage>[0]> = {},
): Promise<Built> {
  const importsLayer = await encodeImportsLayer(imports);
  const image = assembleImage({
    base,
    platform: { os: 'linux', architecture: 'amd64' },
    imports,
    importsLayer,
    settings: {},
    created: '1970-01-01T00:00:00Z',
    annotations: {},
    ...more,
  });
  const store = new MemoryBlobStore();
  for (const bytes of [importsLayer.bytes, image.manifest.bytes, image.config.bytes])
    await store.write(bytesOf(bytes));
  for (const text of ['base layer', 'layer java', 'layer files'])
    await store.write(bytesOf(new TextEncoder().encode(text)));
  return { store, ...image };
}

const java = importsFile('java', '/app/lib/a.jar', '/app/lib/b.jar');
const files = importsFile('files', '/app/start');

describe('an image', () => {
  it('has the layers of its base, those of its imports, and the imports layer', async () => {
    const { manifest, config, store } = await build([java, files]);
    const { layers } = parseImageManifest(manifest.bytes, 'image');
    expect(layers.map((layer) => [layer.mediaType, layer.digest])).toEqual([
      [layerMediaTypes.gzip, digest('base layer')],
      [layerMediaTypes.gzip, digest('layer java')],
      [layerMediaTypes.gzip, digest('layer files')],
      [layerMediaTypes.gzip, expect.any(String)],
    ]);
    const { rootfs, history, architecture, ...rest } = parseImageConfig(config.bytes, 'config');
    expect(rootfs.diff_ids.slice(0, 3)).toEqual(['base tar', 'tar java', 'tar files'].map(digest));
    expect(history?.filter((entry) => entry.empty_layer !== true)).toHaveLength(layers.length);
    expect([architecture, rest.created, rest['x-vendor']]).toEqual([
      'arm64',
      '1970-01-01T00:00:00Z',
      { kept: true },
    ]);
    const parsed = parseImageManifest(manifest.bytes, 'image');
    expect(await readImportsLayers(parsed, store, 'image')).toEqual([{ layer: 3, files: [java, files] }]);
  });

  it('is found to hold imports when a tool dropped the annotations', async () => {
    const { manifest, store } = await build([java, files]);
    const { layers, ...rest } = parseImageManifest(manifest.bytes, 'image');
    const bare = { ...rest, layers: layers.map(({ annotations: _, ...layer }) => layer) };
    expect(await readImportsLayers(bare, store, 'image')).toEqual([{ layer: 3, files: [java, files] }]);
  });

  it('keeps what its base says of how it is run, but for what is set', async () => {
    const run = async (settings: Parameters<typeof assembleImage>[0]['settings']) =>
      parseImageConfig((await build([java], { settings })).config.bytes, 'config').config;
    expect(await run({})).toEqual(base.config.config);
    expect(await run({ cmd: ['x'] })).toMatchObject({ Entrypoint: ['/base'], Cmd: ['x'] });
    const entry = await run({
      entrypoint: ['java'],
      env: new Map([
        ['B', 'b=c'],
        ['PATH', '/java'],
      ]),
      labels: new Map([
        ['b', '2'],
        ['a', '1'],
      ]),
      ports: ['8080/tcp'],
      volumes: ['/data'],
      user: '1000',
      workdir: '/app',
      stopSignal: 'SIGINT',
    });
    expect(entry).toEqual({
      User: '1000',
      ExposedPorts: { '8080/tcp': {} },
      Env: ['PATH=/java', 'A=1', 'B=b=c'],
      Entrypoint: ['java'],
      Volumes: { '/data': {} },
      WorkingDir: '/app',
      Labels: { a: '1', b: '2', from: 'base' },
      StopSignal: 'SIGINT',
    });
    expect(Object.keys(entry?.Labels ?? {})).toEqual(['a', 'b', 'from']);
  });

  it('can begin empty, for a platform that is named', async () => {
    const { config } = await build([java], {
      base: undefined,
      platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
    });
    expect(parseImageConfig(config.bytes, 'c')).toMatchObject({
      os: 'linux',
      architecture: 'arm',
      variant: 'v7',
    });
  });

  it('gets the history that its base lacks, since tools count it', async () => {
    const { history: _, ...config } = base.config;
    const built = await build([java], { base: { ...base, config } });
    expect(parseImageConfig(built.config.bytes, 'c').history).toHaveLength(3);
  });
});

describe('the native form', () => {
  const convert = async (built: Built, root: ContentDescriptor, form: 'native' | 'standard') => {
    const conversion = await convertImage(root, form, built.store, 'image');
    for (const { bytes } of conversion.documents) await built.store.write(bytesOf(bytes));
    return conversion;
  };
  const read = async (store: MemoryBlobStore, { digest: wanted }: Descriptor) => {
    const parts: Uint8Array[] = [];
    for await (const part of store.read(wanted)) parts.push(part);
    return Buffer.concat(parts);
  };

  it('names the blocks between layers and subject, and an artifact beside it keeps them alive', async () => {
    const built = await build([java, files]);
    const { root, imports } = await convert(built, built.manifest.descriptor, 'native');
    const index = parseImageIndex(await read(built.store, root), 'native');
    const [image, artifact, ...rest] = index.manifests;
    if (image === undefined || artifact === undefined) throw new Error('the index is empty');
    const text = (await read(built.store, image)).toString();
    expect(Object.keys(JSON.parse(text))).toEqual([
      'schemaVersion',
      'mediaType',
      'config',
      'layers',
      'blocks',
      'annotations',
    ]);
    const { layers, blocks } = parseImageManifest(Buffer.from(text), 'native');
    expect(layers.map((layer) => layer.digest)).toEqual([digest('base layer'), expect.any(String)]);
    const paths = ['/app/lib/a.jar', '/app/lib/b.jar', '/app/start'];
    const kept = parseImageManifest(await read(built.store, artifact), 'artifact');
    expect(blocks?.map((block) => [block.digest, block.size])).toEqual(
      paths.map((path) => [digest(path), path.length]),
    );
    expect([image.platform, kept.artifactType, rest]).toEqual([
      { os: 'linux', architecture: 'arm64', variant: 'v8' },
      blocksArtifactType,
      [],
    ]);
    expect([kept.layers, kept.subject?.digest]).toEqual([blocks, image.digest]);
    expect(imports).toEqual([java, files]);
  });

  it('comes back to the very same image', async () => {
    const built = await build([java, files], { annotations: { 'org.example': 'x' } });
    const tagged = {
      ...built.manifest.descriptor,
      annotations: { 'org.opencontainers.image.ref.name': 'a tag' },
    };
    const native = await convert(built, tagged, 'native');
    const standard = await convert(built, native.root, 'standard');
    expect(standard.root).toEqual(built.manifest.descriptor);
    const again = await convert(built, standard.root, 'native');
    expect(again.root).toEqual(native.root);
  });

  it('comes back for several platforms, and leaves other members of the index as they are', async () => {
    const arm = await build([java]);
    const amd = await build([java, files], { base: undefined });
    const attestation = { ...arm.manifest.descriptor, ...blob('x'), artifactType: 'application/x' };
    const index = encodeImageIndex({
      schemaVersion: 2,
      mediaType: imageIndexMediaType,
      manifests: [
        { ...amd.manifest.descriptor, platform: { os: 'linux', architecture: 'amd64' } },
        {
          ...arm.manifest.descriptor,
          platform: { os: 'linux', architecture: 'arm64' },
          annotations: { a: 'b' },
        },
        attestation,
      ],
      annotations: { of: 'the index' },
    });
    const both = { ...arm, store: new MemoryBlobStore() };
    for (const { store, manifest, config } of [arm, amd])
      for (const bytes of [
        manifest.bytes,
        config.bytes,
        await read(store, parseImageManifest(manifest.bytes, 'm').layers.at(-1) ?? blob('')),
      ])
        await both.store.write(bytesOf(bytes));
    await both.store.write(bytesOf(index.bytes));
    await both.store.write(bytesOf(new TextEncoder().encode('base layer')));
    const native = await convert(both, index.descriptor, 'native');
    expect((await convert(both, native.root, 'standard')).root).toEqual(index.descriptor);
  });

  it('leaves an image alone that has the form already', async () => {
    const built = await build([java]);
    expect(await convert(built, built.manifest.descriptor, 'standard')).toMatchObject({
      root: built.manifest.descriptor,
      documents: [],
    });
  });

  it('is refused where another tool has changed the image, since it would not come back', async () => {
    const built = await build([java]);
    const { layers, ...rest } = parseImageManifest(built.manifest.bytes, 'm');
    const bytes = new TextEncoder().encode(
      JSON.stringify({ ...rest, layers: layers.map(({ annotations: _, ...one }) => one) }),
    );
    const changed = await built.store.write(bytesOf(bytes));
    const root = { ...built.manifest.descriptor, ...changed };
    await expect(convertImage(root, 'native', built.store, 'image')).rejects.toMatchObject({
      code: 'INPUT_UNSUPPORTED',
    });
  });

  it('is refused where a layer is not the one that its import manifest describes', async () => {
    const built = await build([java]);
    const { layers, ...rest } = parseImageManifest(built.manifest.bytes, 'm');
    const other = layers.map((one) =>
      one.digest === digest('layer java') ? { ...one, ...blob('another') } : one,
    );
    const bytes = new TextEncoder().encode(JSON.stringify({ ...rest, layers: other }));
    const changed = await built.store.write(bytesOf(bytes));
    const root = { ...built.manifest.descriptor, ...changed };
    await expect(convertImage(root, 'native', built.store, 'image')).rejects.toMatchObject({
      code: 'IMAGE_INVALID',
    });
  });

  it('is refused for an image without imports, and for documents that are not as their descriptors say', async () => {
    const built = await build([java]);
    const { manifest } = base;
    const bytes = new TextEncoder().encode(JSON.stringify(manifest));
    const plain = { mediaType: manifest.mediaType, ...(await built.store.write(bytesOf(bytes))) };
    await expect(convertImage(plain, 'native', built.store, 'x')).rejects.toMatchObject({
      code: 'INPUT_UNSUPPORTED',
    });
    for (const size of [1, 5 << 20]) {
      const lie = { ...built.manifest.descriptor, size };
      await expect(convertImage(lie, 'native', built.store, 'x')).rejects.toMatchObject({
        code: 'IMAGE_INVALID',
      });
    }
  });
});

describe('any image that is assembled', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
  const text = fc.string({ maxLength: 12, unit: 'grapheme' });
  const texts = fc.dictionary(fc.stringMatching(/^[a-z.]{1,9}$/), text, { maxKeys: 3 });
  const run = fc.record(
    { Env: fc.array(text, { maxLength: 2 }), Labels: texts, 'x-new': text },
    { requiredKeys: [] },
  );

  it('comes back from its native form to the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
        fc.array(fc.record({ comment: text, empty_layer: fc.boolean() }), { maxLength: 4 }),
        run,
        texts,
        async (names, entries, config, annotations) => {
          // No more entries with a layer than the base has.
          const history = entries.map((entry, at) => (at === 0 ? entry : { ...entry, empty_layer: true }));
          const imports = names.sort().map((one) => importsFile(one, `/${one}/a`, `/${one}/b`));
          const built = await build(imports, {
            base: { ...base, config: { ...base.config, config, history } },
            annotations,
          });
          // Building it back is part of converting it: what would not come back is refused.
          const { root, documents } = await convertImage(
            built.manifest.descriptor,
            'native',
            built.store,
            'it',
          );
          for (const { bytes } of documents) await built.store.write(bytesOf(bytes));
          const again = await convertImage(root, 'standard', built.store, 'it');
          const manifest = again.documents.find(({ descriptor }) => descriptor.digest === again.root.digest);
          expect(manifest?.bytes).toEqual(built.manifest.bytes);
          expect(again.documents.map(({ bytes }) => bytes)).toContainEqual(built.config.bytes);
        },
      ),
      { numRuns: 60 },
    );
  });
});
