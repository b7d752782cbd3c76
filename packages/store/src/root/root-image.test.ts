import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  type AssembledImage,
  assembleImage,
  assembleLayer,
  bytesOf,
  type Content,
  convertImage,
  cutBlock,
  digestOf,
  type EncodedDocument,
  encodeImportsLayer,
  type FileEntry,
  type ImageConfig,
  type ImageManifest,
  type Import,
  type ImportManifest,
  type ImportsFile,
  imageConfigMediaType,
  layerMediaTypes,
  MemoryBlobStore,
  parseImageConfig,
  parseImageManifest,
  parseImagePath,
} from '@block-pack/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { directory, type FakeEntry, fakeLayer, file, symlink } from '../testing/fake-layer.ts';
import { type ResolveImageReport, resolveImage } from './resolve-image.ts';
import { rootImage } from './root-image.ts';

let work: string;
let blobs: MemoryBlobStore;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'block-pack-root-'));
  blobs = new MemoryBlobStore();
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const text = (content: string) => new TextEncoder().encode(content);
const fileEntry = (path: string, content: string, executable = false): FileEntry => ({
  kind: 'file',
  path,
  size: text(content).length,
  executable,
  read: () => bytesOf(text(content)),
});
const jar = (content: string, executable = false): Content => ({
  kind: 'file',
  file: fileEntry('x', content, executable),
});

async function imported(path: string, content: Content): Promise<Import> {
  const block = await cutBlock(content, blobs);
  const attributes = new Map([['size', String(block.size)]]);
  if (content.kind === 'tree') attributes.set('type', 'tree');
  if (content.kind === 'file' && content.file.executable) attributes.set('mode', '755');
  return { path: parseImagePath(path), digest: block.digest, attributes };
}

async function importsFile(name: string, lines: readonly Import[], dirs = new Map()): Promise<ImportsFile> {
  const manifest: ImportManifest = { packer: name, directives: [], imports: lines };
  const write = (content: Parameters<MemoryBlobStore['write']>[0]) => blobs.write(content);
  const made = await assembleLayer(manifest, { blocks: blobs, encoding: 'gzip-6', directories: dirs, write });
  return { name, manifest: made.manifest };
}

async function keep({ manifest, config }: AssembledImage): Promise<AssembledImage> {
  await blobs.write(bytesOf(config.bytes));
  await blobs.write(bytesOf(manifest.bytes));
  return { manifest, config };
}

interface Base {
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
}

async function built(base: Base, imports: readonly ImportsFile[]): Promise<AssembledImage> {
  const importsLayer = await encodeImportsLayer(imports);
  await blobs.write(bytesOf(importsLayer.bytes));
  const platform = { os: 'linux', architecture: 'amd64' };
  return keep(
    assembleImage({
      base,
      platform,
      imports,
      importsLayer,
      settings: {},
      created: '1970-01-01T00:00:00Z',
      annotations: {},
    }),
  );
}

const parsed = ({ manifest, config }: AssembledImage): Base => ({
  manifest: parseImageManifest(manifest.bytes, 'image'),
  config: parseImageConfig(config.bytes, 'image'),
});

/** An image that another tool made. */
async function baseOf(...layers: readonly (readonly FakeEntry[])[]): Promise<Base> {
  return withLayers({ manifest: noImage, config: noConfig }, ...layers);
}

async function withLayers(base: Base, ...layers: readonly (readonly FakeEntry[])[]): Promise<Base> {
  let { manifest, config } = base;
  for (const entries of layers) {
    const blob = fakeLayer(...entries);
    const { digest, size } = await blobs.write(bytesOf(blob));
    const diffIds = [...config.rootfs.diff_ids, digestOf(gunzipSync(blob))];
    manifest = {
      ...manifest,
      layers: [...manifest.layers, { mediaType: layerMediaTypes.gzip, digest, size }],
    };
    config = { ...config, rootfs: { type: 'layers', diff_ids: diffIds } };
  }
  return { manifest, config };
}

const noConfig: ImageConfig = {
  os: 'linux',
  architecture: 'amd64',
  rootfs: { type: 'layers', diff_ids: [] },
};
const noImage: ImageManifest = {
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  config: { mediaType: imageConfigMediaType, digest: digestOf(new Uint8Array()), size: 0 },
  layers: [],
};

async function resolveTo(name: string, manifest: EncodedDocument): Promise<ResolveImageReport> {
  const image = await rootImage(manifest, blobs, name);
  return resolveImage(image, blobs, join(work, name), { method: 'auto', owners: false });
}

/** All that can be told of what lies below a directory. */
function told(directory: string, below = ''): string[] {
  return readdirSync(join(directory, below)).flatMap((name) => {
    const path = join(below, name);
    const { mode, mtimeMs, size } = lstatSync(join(directory, path));
    const kind = lstatSync(join(directory, path));
    const what = kind.isSymbolicLink()
      ? readlinkSync(join(directory, path))
      : kind.isFile()
        ? `${size} ${readFileSync(join(directory, path), 'latin1')}`
        : '';
    const line = `${path} ${mode.toString(8)} ${mtimeMs} ${what}`;
    return kind.isDirectory() ? [line, ...told(directory, path)] : [line];
  });
}

async function nativeOf({ manifest }: AssembledImage): Promise<EncodedDocument> {
  const { documents } = await convertImage(manifest.descriptor, 'native', blobs, 'image');
  for (const { bytes } of documents) await blobs.write(bytesOf(bytes));
  const native = documents.find(({ bytes }) => 'blocks' in JSON.parse(new TextDecoder().decode(bytes)));
  if (native === undefined) throw new Error('no native image among the documents');
  return native;
}

describe('an image in native form', () => {
  const lib = '/opt/app/lib';

  it('is the same root file system as its standard form', async () => {
    const base = await baseOf([
      directory('opt', { mode: 0o700 }),
      file('opt/app/lib/replaced.jar', 'of the base'),
      file('etc/name', 'base'),
      file('srv/node', 'a file where the tree goes'),
      symlink('app', 'opt/app'),
    ]);
    const tree: Content = {
      kind: 'tree',
      entries: [
        fileEntry('bin/run', '#!', true),
        { kind: 'directory', path: 'empty' },
        { kind: 'symlink', path: 'run', target: 'bin/run' },
      ],
    };
    const java = await importsFile(
      'java',
      [
        await imported(`${lib}/a.jar`, jar('a')),
        await imported(`${lib}/replaced.jar`, jar('new')),
        await imported(`${lib}/tool`, jar('t', true)),
      ],
      new Map([['/opt', { mode: 0o700, uid: 0, gid: 0 }]]),
    );
    const npm = await importsFile('npm', [await imported('/srv/node', tree)]);
    const standard = await built(base, [java, npm]);
    const native = await nativeOf(standard);
    const [first, second] = [
      await resolveTo('standard', standard.manifest),
      await resolveTo('native', native),
    ];
    expect(second).toMatchObject({
      layers: 2,
      imports: 4,
      files: first.files,
      bytes: first.bytes,
      method: 'copy',
    });
    expect(first).toMatchObject({ layers: 4, imports: 0 });
    expect(told(second.target)).toEqual(told(first.target));
    expect(told(second.target).join('\n')).toMatch(
      /^opt\/app\/lib\/replaced.jar 100644 499162500000 3 new$/m,
    );
    expect(lstatSync(join(second.target, 'opt')).mode & 0o777).toBe(0o700);
  });

  it('keeps what stands above its blocks above them', async () => {
    const java = await importsFile('java', [
      await imported(`${lib}/a.jar`, jar('a')),
      await imported(`${lib}/b.jar`, jar('b')),
    ]);
    const lower = parsed(await built(await baseOf([file('etc/name')]), [java]));
    const changed = await withLayers(lower, [
      file('opt/app/lib/.wh.a.jar'),
      file('opt/app/lib/b.jar', 'by hand'),
    ]);
    const npm = await importsFile('npm', [await imported('/srv/x', jar('x'))]);
    const standard = await built(changed, [npm]);
    const native = await nativeOf(standard);
    expect(parseImageManifest(native.bytes, 'image').layers).toHaveLength(4);
    const [first, second] = [
      await resolveTo('standard', standard.manifest),
      await resolveTo('native', native),
    ];
    expect(told(second.target)).toEqual(told(first.target));
    expect(readdirSync(join(second.target, lib))).toEqual(['b.jar']);
  });

  it('names the blocks that are missing', async () => {
    const line = await imported(`${lib}/a.jar`, jar('a'));
    const standard = await built(await baseOf([]), [await importsFile('java', [line])]);
    const native = await nativeOf(standard);
    const image = await rootImage(native, blobs, 'image');
    const without = {
      ...blobs,
      has: async (digest: string) => digest !== line.digest,
      read: blobs.read.bind(blobs),
    };
    const resolved = resolveImage(image, without, join(work, 'x'), { method: 'auto', owners: false });
    await expect(resolved).rejects.toMatchObject({
      code: 'BLOB_MISSING',
      message: expect.stringContaining(`${lib}/a.jar`),
    });
  });
});

describe('what an image says of its root file system', () => {
  const found = (document: unknown) => {
    const bytes = text(JSON.stringify(document));
    return {
      descriptor: { mediaType: noImage.mediaType, digest: digestOf(bytes), size: bytes.length },
      bytes,
    };
  };

  it('is refused where manifest and config do not agree', async () => {
    const { manifest, config } = await baseOf([file('a')], [file('b')]);
    const written = await blobs.write(
      bytesOf(text(JSON.stringify({ ...config, rootfs: { type: 'layers', diff_ids: [] } }))),
    );
    const document = {
      ...manifest,
      config: { ...manifest.config, digest: written.digest, size: written.size },
    };
    await expect(rootImage(found(document), blobs, 'image')).rejects.toMatchObject({
      code: 'IMAGE_INVALID',
      message: expect.stringMatching(/2 layers.* 0 diffIDs/),
    });
    const lying = { ...document, config: { ...document.config, size: 1 } };
    await expect(rootImage(found(lying), blobs, 'image')).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  });

  it('is nothing for an artifact', async () => {
    const artifact = {
      ...noImage,
      artifactType: 'text/x',
      config: { ...noImage.config, mediaType: 'application/vnd.oci.empty.v1+json' },
    };
    await expect(rootImage(found(artifact), blobs, 'thing')).rejects.toMatchObject({
      code: 'INPUT_UNSUPPORTED',
      message: 'thing is no image, but an artifact (text/x)',
    });
  });
});
