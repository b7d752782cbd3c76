import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../digest.ts';
import { BlockPackError } from '../error.ts';
import { encodeImageConfig, encodeImageIndex, encodeImageManifest } from './encode-document.ts';
import { parseImageConfig, parseImageIndex, parseImageManifest } from './image-documents.ts';
import { documentLimit, parseJsonDocument } from './json-document.ts';
import { layerCompression } from './media-types.ts';

const bytes = (value: unknown) =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const digest = digestOf(bytes('x'));
const descriptor = { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: 1 };
const layer = { ...descriptor, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' };
const manifest = { schemaVersion: 2, config: descriptor, layers: [layer] };
const config = {
  architecture: 'amd64',
  os: 'linux',
  rootfs: { type: 'layers', diff_ids: [digest] },
};

function refusal(action: () => unknown): BlockPackError {
  try {
    action();
  } catch (error) {
    if (error instanceof BlockPackError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('documents of an image', () => {
  it('are read with the fields that nobody knows, and keep them when they are written again', () => {
    const text = {
      ...manifest,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      'x-new': { a: [1] },
    };
    const read = parseImageManifest(bytes(text), 'base');
    const again = new TextDecoder().decode(encodeImageManifest(read).bytes);
    expect(JSON.parse(again)).toEqual(text);
    const withFields = {
      ...config,
      'x-new': 1,
      config: { Env: ['A=1'], Healthcheck: { Test: ['CMD', 'x'] } },
    };
    expect(
      JSON.parse(new TextDecoder().decode(encodeImageConfig(parseImageConfig(bytes(withFields), 'c')).bytes)),
    ).toEqual(withFields);
  });

  it('are the same bytes in whatever order their keys and annotations came', () => {
    const one = { ...manifest, annotations: { b: '1', a: '2' } };
    const other = { annotations: { a: '2', b: '1' }, layers: [layer], config: descriptor, schemaVersion: 2 };
    const [first, second] = [one, other].map((text) =>
      encodeImageManifest(parseImageManifest(bytes(text), 'm')),
    );
    expect(first?.descriptor.digest).toBe(second?.descriptor.digest);
    expect(first?.descriptor).toEqual({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: digestOf(first?.bytes ?? new Uint8Array()),
      size: first?.bytes.length,
    });
  });

  it('may have null where Go has an empty list', () => {
    const read = parseImageConfig(
      bytes({ ...config, history: null, config: { Env: null, Labels: null } }),
      'c',
    );
    expect(JSON.stringify(read.config)).toBe('{}');
    expect(parseImageManifest(bytes({ ...manifest, annotations: null }), 'm').annotations).toBeUndefined();
  });

  it('keep annotations whatever they are called', () => {
    const annotations = { constructor: 'a', prototype: 'b', toString: 'c' };
    expect(parseImageManifest(bytes({ ...manifest, annotations }), 'm').annotations).toEqual(annotations);
  });

  it.each([
    ['not JSON', '{"schemaVersion":2,'],
    ['a list', []],
    ['a key twice', '{"schemaVersion":2,"config":{},"config":{},"layers":[]}'],
    ['a key twice, once escaped', '{"schemaVersion":2,"a":{"b":1,"\\u0062":2}}'],
    ['a prototype', '{"schemaVersion":2,"annotations":{"__proto__":"x"}}'],
    ['no config', { schemaVersion: 2, layers: [] }],
    ['a digest of another kind', { ...manifest, config: { ...descriptor, digest: 'sha512:00' } }],
    [
      'a digest with a path in it',
      { ...manifest, config: { ...descriptor, digest: 'sha256:../../etc/passwd' } },
    ],
    ['a negative size', { ...manifest, layers: [{ ...layer, size: -1 }] }],
    ['a size that is no whole number', { ...manifest, layers: [{ ...layer, size: 1.5 }] }],
    ['a number that would be rounded', '{"schemaVersion":2,"later":12345678901234567890123}'],
    ['a number beyond all', '{"schemaVersion":2,"later":1e999}'],
    ['an annotation that is no text', { ...manifest, annotations: { a: 1 } }],
    ['a manifest that is an index as well', { ...manifest, manifests: [] }],
    ['the media type of an index', { ...manifest, mediaType: 'application/vnd.oci.image.index.v1+json' }],
    ['bytes that are not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])],
    ['more than a registry takes', new Uint8Array(documentLimit + 1).fill(0x20)],
    ['a thousand lists in each other', `${'['.repeat(1000)}${']'.repeat(1000)}`],
  ])('are refused with %s', (_, text) => {
    const error = refusal(() =>
      parseImageManifest(text instanceof Uint8Array ? text : bytes(text), 'the base'),
    );
    expect([error.code, error.message]).toEqual(['IMAGE_INVALID', expect.stringContaining('the base')]);
  });

  it.each([
    ['a list', '[1]', 'it is no JSON object'],
    ['nothing', 'null', 'it is no JSON object'],
    [
      'half a byte',
      { ...manifest, layers: [{ ...layer, size: 1.5 }] },
      /size: expected a whole number below 2\^53, found 1\.5/,
    ],
    ['a rounded number', '{"later":[9007199254740993]}', /9007199254740993 is too large to be kept exactly/],
  ])('say what is wrong with %s', (_, text, message) => {
    expect(refusal(() => parseImageManifest(bytes(text), 'the base')).message).toMatch(message);
  });

  it('keep large numbers that are exact', () => {
    expect(parseJsonDocument(bytes('{"a":[9007199254740992,-9007199254740991,-0,1.5e300]}'), 'x')).toEqual({
      a: [2 ** 53, -(2 ** 53 - 1), -0, 1.5e300],
    });
  });

  it('refuses an index that has layers', () => {
    const error = refusal(() => parseImageIndex(bytes({ schemaVersion: 2, manifests: [], layers: [] }), 'x'));
    expect(error.code).toBe('IMAGE_INVALID');
  });

  it('refuses a manifest that its descriptor calls an index', () => {
    const name = 'application/vnd.oci.image.index.v1+json';
    expect(refusal(() => parseImageManifest(bytes(manifest), 'x', name)).code).toBe('IMAGE_INVALID');
  });

  it('says that schema 1 of Docker is out of date', () => {
    const error = refusal(() => parseImageManifest(bytes({ schemaVersion: 1, fsLayers: [] }), 'old'));
    expect([error.code, error.hint]).toEqual(['INPUT_UNSUPPORTED', expect.stringContaining('skopeo')]);
  });

  it('reads what Docker writes', () => {
    const mediaType = 'application/vnd.docker.distribution.manifest.v2+json';
    expect(parseImageManifest(bytes({ ...manifest, mediaType }), 'x').mediaType).toBe(mediaType);
    const list = 'application/vnd.docker.distribution.manifest.list.v2+json';
    const index = {
      schemaVersion: 2,
      mediaType: list,
      manifests: [{ ...descriptor, platform: { os: 'linux', architecture: 'arm', 'os.version': '1' } }],
    };
    expect(
      JSON.parse(new TextDecoder().decode(encodeImageIndex(parseImageIndex(bytes(index), 'x')).bytes)),
    ).toEqual(index);
  });

  it('ends in an error of ours for hostile JSON, whatever it holds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        for (const parse of [parseImageManifest, parseImageIndex, parseImageConfig]) {
          expect(refusal(() => parse(bytes(text), 'x'))).toBeInstanceOf(BlockPackError);
        }
      }),
    );
  });

  it('reads any JSON without twins as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        fc.pre(!JSON.stringify(value).includes('__proto__'));
        expect(parseJsonDocument(bytes(JSON.stringify(value)), 'x')).toEqual(
          JSON.parse(JSON.stringify(value)),
        );
      }),
    );
  });
});

describe('layers', () => {
  it.each([
    ['application/vnd.oci.image.layer.v1.tar', 'none'],
    ['application/vnd.docker.image.rootfs.diff.tar.gzip', 'gzip'],
    ['application/vnd.oci.image.layer.v1.tar+zstd', 'zstd'],
  ])('of the media type %s are packed with %s', (mediaType, compression) => {
    expect(layerCompression(mediaType, 'x')).toBe(compression);
  });

  it.each([
    ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', /publisher/],
    ['application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', /publisher/],
    ['application/vnd.oci.image.layer.v1.tar+gzip+encrypted', /Decrypt/],
    ['application/x-new', /tar/],
  ])('of the media type %s are refused with the way out', (mediaType, hint) => {
    const error = refusal(() => layerCompression(mediaType, 'the base, layer 1'));
    expect([error.code, error.hint]).toEqual(['INPUT_UNSUPPORTED', expect.stringMatching(hint)]);
  });
});
