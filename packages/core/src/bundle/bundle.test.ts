import { brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesOf, collect, randomAccessOf } from '../bytes.ts';
import { writeCanonicalTar } from '../canonical-tar.ts';
import { digestHex, digestOf } from '../digest.ts';
import { BlockPackError } from '../error.ts';
import { decodeImportManifest } from '../import-manifest.ts';
import { gzipMember } from '../layer/gzip-member.ts';
import { fuzzRuns } from '../testing/fuzz-runs.ts';
import { type BundleDocument, parseBundleDocument } from './bundle-document.ts';
import { bundleMarker, encodeBundle, encodeBundleIndex } from './bundle-layout.ts';
import { packBundleList, unpackBundleList } from './bundle-list.ts';
import { baseChooser, earlierVersions } from './choose-base.ts';
import { packBundle } from './packed-bundle.ts';
import { readBundle } from './read-bundle.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const blob = (text: string) => ({ digest: digestOf(bytes(text)), size: bytes(text).length });

/** Of three groups. */
const payload = 'a textblocka tar';
const gzipHeader = '1f8b08000000000000ff';
const document: BundleDocument = {
  version: 1,
  images: [{ name: '1.1', mediaType: 'application/vnd.oci.image.manifest.v1+json', ...blob('image') }],
  companions: [
    { name: 'sha256-1.sig', mediaType: 'application/vnd.oci.image.manifest.v1+json', ...blob('signature') },
    { mediaType: 'text/plain', artifactType: 'application/x', ...blob('small') },
  ],
  since: ['1.0', '0.9'],
  have: ['jre:21'],
  documents: [blob('image').digest, blob('config').digest],
  layers: [
    { ...blob('base'), origin: 'present' },
    { ...blob('small'), origin: 'carried', mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' },
    { ...blob('layer'), origin: 'segments', imports: blob('text').digest },
    { ...blob('packed'), origin: 'tar', tar: blob('tar'), gzip: { header: gzipHeader, encoder: 214 } },
    { ...blob('plain'), origin: 'tar', tar: blob('plain') },
    { ...blob('last'), origin: 'imports', files: [{ name: 'java', imports: blob('text').digest }] },
  ],
  groups: [
    {
      holds: 'texts',
      payload: 6,
      encoding: 'delta',
      skeleton: { size: 9, packed: 5 },
      bases: [{ ...blob('old text'), kind: 'file' }],
      objects: [{ ...blob('text'), kind: 'file', apart: false, bases: [0] }],
    },
    {
      holds: 'blocks',
      payload: 5,
      encoding: 'raw',
      objects: [{ ...blob('block'), kind: 'file', apart: false, bases: [] }],
    },
    {
      holds: 'layers',
      payload: 5,
      encoding: 'delta',
      skeleton: { size: 9, packed: 5 },
      bases: [{ ...blob('old tar'), kind: 'tar' }],
      objects: [{ ...blob('tar'), kind: 'tar', apart: true, bases: [0] }],
    },
  ],
};

async function fileOf(
  list: BundleDocument,
  more: Readonly<Record<string, Uint8Array>> = {},
  write = packBundle,
): Promise<Uint8Array> {
  const layout = encodeBundle(list, list.groups.length === 0 ? undefined : blob(payload));
  const blobs = [layout.list.bytes, layout.artifact.bytes, ...['small', payload].map(bytes)];
  const files = {
    ...Object.fromEntries(blobs.map((one) => [`blobs/sha256/${digestHex(digestOf(one))}`, one])),
    'index.json': encodeBundleIndex(layout.artifact.descriptor),
    'oci-layout': bundleMarker,
    ...more,
  };
  const entries = Object.entries(files).map(
    ([path, content]) =>
      ({
        kind: 'file',
        path,
        size: content.length,
        executable: false,
        read: () => bytesOf(content),
      }) as const,
  );
  return collect(write(entries), 1 << 20, 'the bundle');
}

const open = (file: Uint8Array) => readBundle(randomAccessOf(file), 'update.tar');
const parse = (json: object) => parseBundleDocument(bytes(JSON.stringify(json)), 'update.tar');

describe('a bundle', () => {
  let file: Uint8Array;
  let plain: Uint8Array;
  beforeAll(async () => {
    file = await fileOf(document);
    plain = await fileOf(document, {}, writeCanonicalTar);
  });

  it('is read back as it was written, and as a plain tar as well', async () => {
    for (const one of [file, plain]) {
      const bundle = await open(one);
      expect(bundle.document).toEqual(document);
      const payloads = bundle.document.groups.map((group) =>
        collect(bundle.payload(group), 100, 'a payload'),
      );
      expect(await Promise.all(payloads)).toEqual(['a text', 'block', 'a tar'].map(bytes));
      await expect(collect(bundle.blobs.read(blob('base').digest), 100, 'the base')).rejects.toMatchObject({
        code: 'BLOB_MISSING',
      });
    }
  });

  it('is a gzip of its tar where that is short, so that its headers take up next to nothing', () => {
    expect(gunzipSync(file).equals(plain)).toBe(true);
    expect(plain.length - file.length).toBeGreaterThan(4500);
  });

  it('is refused where it is packed in another way, or twice, or unpacks to more than is ever packed', async () => {
    for (const [wrong, said] of [
      [gzipSync(plain), 'it is packed in another way'],
      [Buffer.concat([file, Buffer.alloc(1)]), 'it is packed in another way'],
      [Buffer.concat([file, gzipSync('')]), 'it is packed in another way'],
      [await collect(gzipMember(bytesOf(file), 'gzip-6'), 1 << 20, 'it'), 'update.tar is not as a bundle'],
      [gzipSync(new Uint8Array(1 << 23)), 'it cannot be unpacked'],
      [Buffer.concat([gzipSync(plain), new Uint8Array(1 << 23)]), 'it is packed, and has'],
    ] as const)
      await expect(open(wrong)).rejects.toMatchObject({
        code: 'BUNDLE_INVALID',
        message: expect.stringContaining(said),
      });
  });

  it.each([
    [2_000, 'packed', () => file],
    [10_000, 'as a plain tar', () => plain],
  ])(
    'is refused in each of %i forms with other bits, and whenever it ends too early, %s',
    async (forms, _, right) => {
      const changes = fc.array(fc.tuple(fc.nat(right().length - 1), fc.integer({ min: 1, max: 255 })), {
        minLength: 1,
        maxLength: 3,
      });
      await fc.assert(
        fc.asyncProperty(
          changes,
          fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.nat(right().length)),
          async (bits, cut) => {
            const other = new Uint8Array(right());
            for (const [at, mask] of bits) other[at] = (other[at] ?? 0) ^ mask;
            const mutated = other.subarray(0, other.length - cut);
            if (Buffer.compare(mutated, right()) === 0) return;
            const error: unknown = await open(mutated).catch((thrown: unknown) => thrown);
            expect(error).toBeInstanceOf(BlockPackError);
            expect(error).toMatchObject({ family: expect.stringMatching(/^(format|input)$/) });
          },
        ),
        fuzzRuns(forms),
      );
    },
    400_000,
  );

  it('holds nothing but a layout, and all that its list names', async () => {
    const other = encodeBundle({ ...document, images: [{ ...blob('image'), mediaType: 'x', name: '2' }] });
    const otherIndex = encodeBundleIndex(other.artifact.descriptor);
    const longer = document.groups.map((one) => ({ ...one, payload: 6 }));
    const elsewhere = document.layers.map((one) =>
      one.origin === 'carried' ? { ...one, ...blob('elsewhere') } : one,
    );
    for (const [file, said] of [
      [await fileOf(document, { 'extra.txt': bytes('x') }), 'it holds "extra.txt"'],
      [await fileOf(document, { 'oci-layout': bytes('{}') }), 'its oci-layout is another one'],
      [await fileOf({ ...document, layers: elsewhere }), 'it lacks sha256:'],
      [await fileOf({ ...document, groups: longer }), 'its groups have 18 bytes, and its payload 16'],
      [await fileOf(document, { 'index.json': otherIndex }), 'it lacks its manifest'],
    ] as const)
      await expect(open(file)).rejects.toMatchObject({
        code: 'BUNDLE_INVALID',
        message: expect.stringContaining(said),
      });
  });
});

describe("a bundle's list", () => {
  it('of another version, or with what a newer version has, is said to be so', () => {
    const [group] = document.groups;
    const [layer] = document.layers;
    for (const newer of [
      { ...document, version: 2 },
      { ...document, groups: [{ ...group, encoding: 'class-aware' }] },
      { ...document, layers: [{ ...layer, origin: 'recipe' }] },
    ])
      expect(() => parse(newer)).toThrow(
        expect.objectContaining({ code: 'INPUT_UNSUPPORTED', hint: 'Use a newer block-pack.' }),
      );
  });

  it('is packed, and nothing else', () => {
    const packed = packBundleList(document);
    expect(unpackBundleList(packed, 'update.tar')).toEqual(document);
    const other = brotliCompressSync(bytes(JSON.stringify(document, undefined, 1)));
    for (const [wrong, said] of [
      [Buffer.concat([packed, packed]), 'its list has bytes behind its end'],
      [packed.subarray(0, -1), 'its list cannot be unpacked'],
      [other, 'its list is written in another way'],
      [brotliCompressSync(new Uint8Array(1 << 23)), 'its list cannot be unpacked'],
    ] as const)
      expect(() => unpackBundleList(wrong, 'update.tar')).toThrow(said);
  });

  it('that says more, less or other things than the format has is refused', () => {
    const [text, block, tar] = document.groups;
    const layer = (more: object) => ({
      ...document,
      layers: [{ ...blob('packed'), origin: 'tar', ...more }],
    });
    for (const wrong of [
      { ...document, more: 1 },
      { ...document, images: [] },
      { ...document, version: '1' },
      { ...document, images: [{ ...blob('image'), mediaType: 'x', name: '-' }] },
      { ...document, images: [...document.images, { ...document.images[0], ...blob('other') }] },
      { ...document, companions: [] },
      { ...document, companions: [{ ...document.companions?.[0], name: '1.1' }] },
      { ...document, since: [] },
      { ...document, since: ['1.0', '1.0'] },
      { ...document, since: ['/home/me/1.0'] },
      { ...document, since: ['1.0\u001b[2J'] },
      { ...document, since: ['x'.repeat(256)] },
      { ...document, have: Array.from({ length: 101 }, (_, at) => `r${at}`) },
      { ...document, documents: [] },
      { ...document, documents: [blob('base').digest] },
      { ...document, layers: [...document.layers, document.layers[0]] },
      { ...document, groups: [block, text] },
      { ...document, groups: [tar, block] },
      { ...document, groups: [{ ...tar, holds: 'blocks' }] },
      { ...document, groups: [{ ...block, holds: 'layers' }] },
      layer({ tar: blob('tar') }),
      layer({ tar: blob('tar'), gzip: { header: '1f8b08', encoder: 1 } }),
      layer({ tar: blob('tar'), gzip: { header: `${gzipHeader}0`, encoder: 1 } }),
      layer({ tar: blob('tar'), gzip: { header: gzipHeader } }),
      { ...document, groups: [text, block, block] },
      {
        ...document,
        groups: [{ ...text, objects: [{ ...blob('text'), kind: 'file', apart: false, bases: [1] }] }],
      },
      { ...document, groups: [{ ...block, payload: -1 }] },
    ])
      expect(() => parse(wrong)).toThrow(expect.objectContaining({ code: 'BUNDLE_INVALID' }));
  });
});

it('may have few groups whatever they bring, and more where their objects are worth it', () => {
  const [text] = document.groups;
  const withGroups = (count: number, size: number) => ({
    ...document,
    groups: Array.from({ length: count }, (_, i) => ({
      ...text,
      objects: [{ ...blob(`text ${i}`), size, kind: 'file', apart: false, bases: [0] }],
    })),
  });
  const parse = (list: unknown) =>
    parseBundleDocument(new TextEncoder().encode(JSON.stringify(list)), 'update.tar');
  expect(parse(withGroups(256, 0)).groups).toHaveLength(256);
  expect(() => parse(withGroups(257, 0))).toThrow('it has more groups than their objects are worth');
  expect(parse(withGroups(1000, 2 ** 24)).groups).toHaveLength(1000);
});

const imports = (...lines: readonly string[]) =>
  decodeImportManifest(`#block-pack import manifest v1\n#packer java\n${lines.join('\n')}\n`, 'test').imports;

const line = (path: string, purl = '', more = '') =>
  `${path} from ${blob(path).digest}${purl === '' ? '' : ` purl=${purl}`}${more}`;

describe('the base of a block', () => {
  const base = (wanted: string, ...olds: readonly string[]) => {
    const [found] = imports(wanted);
    return found && baseChooser(imports(...olds))(found)?.path;
  };

  it('is the same component in another version, wherever it stood', () => {
    const olds = [
      line('/app/a/left-pad', 'pkg:npm/left-pad@1.0.0'),
      line('/app/left-pad', 'pkg:npm/right-pad@1.1.0'),
    ];
    expect(base(line('/app/left-pad', 'pkg:npm/left-pad@1.1.0'), ...olds)).toBe('/app/a/left-pad');
    expect(base(line('/b', 'pkg:npm/%40a/b@2'), line('/a', 'pkg:npm/%40a/b@1'))).toBe('/a');
  });

  it('is, of several versions, the one that stands where the new one will', () => {
    const olds = ['/x/one/util', '/x/two/util'].map((path) => line(path, 'pkg:npm/util@1.0.0'));
    expect(base(line('/x/two/util', 'pkg:npm/util@2.0.0'), ...olds)).toBe('/x/two/util');
  });

  it('is, of several versions, the nearest, even if another one stood at the path of the new one', () => {
    const olds = ['5.7.2', '7.5.4', '7.6.0-beta.1'].map((version) =>
      line(`/app/${version === '5.7.2' ? 'semver' : version}`, `pkg:npm/semver@${version}`),
    );
    expect(base(line('/app/semver', 'pkg:npm/semver@7.5.9'), ...olds)).toBe('/app/7.5.4');
    expect(base(line('/app/semver', 'pkg:npm/semver@7.6.0'), ...olds)).toBe('/app/7.6.0-beta.1');
    expect(base(line('/app/semver', 'pkg:npm/semver@6.0.0'), ...olds)).toBe('/app/semver');
    expect(base(line('/app/semver', 'pkg:npm/semver@next'), ...olds)).toBe('/app/semver');
  });

  it('is found among distributions that all stand at one path', () => {
    const tree = (name: string) => `/app/lib from ${blob(name).digest} type=tree purl=pkg:pypi/${name}`;
    const [wanted] = imports(tree('numpy@2.4.1'));
    const choose = baseChooser(imports(...['pandas@2.4.0', 'numpy@1.26.4', 'numpy@2.4.0'].map(tree)));
    expect(wanted && choose(wanted)?.attributes.get('purl')).toBe('pkg:pypi/numpy@2.4.0');
  });

  it('is what had the same path but for numbers, where no component is known', () => {
    expect(base(line('/app/lib/shop-1.1.jar'), line('/app/lib/shop-1.0.jar'), line('/app/lib/asm.jar'))).toBe(
      '/app/lib/shop-1.0.jar',
    );
    expect(base(line('/app', 'pkg:generic/app'), line('/other', 'pkg:generic/app'))).toBeUndefined();
    expect(base(line('/app'), line('/app', '', ' type=tree'))).toBeUndefined();
  });
});

describe('the earlier version of a block', () => {
  const earlier = (...lines: readonly string[]) =>
    earlierVersions(lines.flatMap((one) => imports(one))).map((found) => found?.path);
  const jar = (path: string, version: string) => line(path, `pkg:maven/org.example/shop@${version}`);

  it('is the nearest one that comes before it, wherever both stand', () => {
    const lines = [
      jar('/a/shop-2.0.jar', '2.0'),
      jar('/b/shop-1.0.jar', '1.0'),
      jar('/c/shop-1.1.jar', '1.1'),
    ];
    expect(earlier(...lines)).toEqual([undefined, '/a/shop-2.0.jar', '/b/shop-1.0.jar']);
  });

  it('is nothing else of the same component', () => {
    expect(earlier(jar('/a/shop-1.0-linux.jar', '1.0'), jar('/a/shop-1.1-macos.jar', '1.1'))).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('is, where no component is known, what stood at the same path of another image', () => {
    const lines = [line('/app/1.txt'), line('/app/2.txt'), line('/app/1.txt', '', ' mode=755')];
    expect(earlier(...lines)).toEqual([undefined, undefined, '/app/1.txt']);
  });
});
