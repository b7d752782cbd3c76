import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BlockPackError,
  type BundleDocument,
  bundleMarker,
  bytesOf,
  collect,
  concat,
  type Digest,
  digestHex,
  digestOf,
  encodeBundle,
  encodeBundleIndex,
  type OpenBundle,
  randomAccessOf,
  readBundle,
  writeCanonicalTar,
} from '@block-pack/core';
import { fuzzRuns } from '@block-pack/core/testing';
import { closureOf, openImages, parsePlace, ScratchBlobs } from '@block-pack/store';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeBase } from '../testing/fake-base.ts';
import { addCompanion, signatureTag } from '../testing/fake-companion.ts';
import { Layout } from '../testing/layout.ts';
import { Workplace } from '../testing/workplace.ts';
import { applyBundle } from './apply-bundle.ts';
import { HeldImages } from './held-images.ts';

let work: Workplace;
let good: OpenBundle;
let held: HeldImages;
let blobs: ReadonlyMap<Digest, Uint8Array>;
let payloads: readonly Uint8Array[];
const scratchParent = mkdtempSync(join(tmpdir(), 'block-pack-hostile-'));

beforeAll(async () => {
  const noise = Array.from({ length: 500 }, (_, i) => ((i * 2654435761) % 2 ** 32).toString(36)).join(' ');
  work = new Workplace();
  for (const release of ['1.0', '1.1']) {
    work.writeJar(`lib-${release}`, 'org.ow2.asm:asm:9.7', { 'A.class': 'asm' });
    work.writeJar(`lib-${release}`, `com.example:shop:${release}`, {
      'S.class': `shop ${release} `.repeat(99),
    });
    work.write(`lib-${release}/readme.txt`, `readme of ${release}`);
    work.run('java', `lib-${release}`, '--prefix', '/app/lib', '-o', `${release}.import`);
    writeBase(work, release, [{ file: 'etc/release', content: `${noise} ${release}` }]);
    const base = ['--base', `oci:base:${release}`];
    work.run('image', `java=${release}.import`, ...base, '-o', `oci:out-${release}:${release}`);
  }
  const { digest } = new Layout(work, 'out-1.1').published('1.1');
  addCompanion(work, 'out-1.1', 'signature', { tag: signatureTag(digest) });
  const made = work.run('bundle', 'oci:out-1.1', '--since', 'oci:out-1.0', '-o', 'update.tar');
  expect(made.exitCode, made.stderr).toBe(0);
  good = await readBundle(
    randomAccessOf(new Uint8Array(readFileSync(work.path('update.tar')))),
    'update.tar',
  );
  expect(good.document.layers.map(({ origin }) => origin)).toContain('tar');
  blobs = await blobsOf(good);
  payloads = await Promise.all(
    good.document.groups.map((group) => collect(good.payload(group), 1 << 24, 'a payload')),
  );
  held = new HeldImages();
  const images = await openImages(parsePlace('oci:out-1.0', work.directory));
  for (const { descriptor } of await images.list()) await held.add(descriptor, images);
});
afterAll(() => {
  work.remove();
  rmSync(scratchParent, { recursive: true, force: true });
});

/** All of the image's that it carries, by trying the names of all blobs that the vendor has. */
async function blobsOf({ blobs: source }: OpenBundle): Promise<Map<Digest, Uint8Array>> {
  const names = readdirSync(work.path('out-1.1/blobs/sha256')).map((hex) => `sha256:${hex}` as Digest);
  const found = new Map<Digest, Uint8Array>();
  for (const digest of names)
    if (await source.has(digest)) found.set(digest, await collect(source.read(digest), 1 << 24, digest));
  return found;
}

/** A bundle whose digests are all right, whatever it says. */
async function sealed(
  document: BundleDocument,
  parts = payloads,
  encode = encodeBundle,
): Promise<Uint8Array> {
  const payload = concat(parts);
  const descriptor = { digest: digestOf(payload), size: payload.length };
  const { list, artifact } = encode(document, document.groups.length === 0 ? undefined : descriptor);
  const all = new Map(
    [...blobs.values(), payload, list.bytes, artifact.bytes].map((one) => [digestOf(one), one]),
  );
  const files = [
    ...[...all].map(([digest, one]) => [`blobs/sha256/${digestHex(digest)}`, one] as const),
    ['index.json', encodeBundleIndex(artifact.descriptor)] as const,
    ['oci-layout', bundleMarker] as const,
  ];
  const entries = files.map(([path, content]) => {
    const read = () => bytesOf(content);
    return { kind: 'file', path, size: content.length, executable: false, read } as const;
  });
  return collect(writeCanonicalTar(entries), 1 << 24, 'the bundle');
}

/** Applies it, and reads every blob of what comes out. @returns the digest of the image */
async function applied(file: Uint8Array): Promise<Digest> {
  const scratch = new ScratchBlobs(scratchParent);
  try {
    const context = { signal: new AbortController().signal, progress: { show: () => {}, end: () => {} } };
    const bundle = await readBundle(randomAccessOf(file), 'hostile.tar');
    const made = await applyBundle(bundle, { name: 'hostile.tar', held, scratch, context });
    const [image] = made.images;
    if (image === undefined) throw new Error('no image');
    const { leaves, documents } = await closureOf([image.root], made.blobs, undefined);
    for (const { digest, size } of [...leaves, ...documents])
      expect(digestOf(await collect(made.blobs.read(digest), size, digest))).toBe(digest);
    return image.root.digest;
  } finally {
    scratch.remove();
  }
}

/** One value in a list of values, lists and objects is another one. */
function changed(value: unknown, path: number, other: unknown): unknown {
  let left = path;
  const walk = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(walk);
    if (typeof one === 'object' && one !== null)
      return Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, walk(inner)]));
    return left-- === 0 ? other : one;
  };
  return walk(value);
}

function scalars(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [value];
  return Object.values(value).flatMap(scalars);
}

/** An error on purpose, or the very image that the list names, which may be one that the site has: nothing else. */
async function expectRightOrRefused(
  document: BundleDocument,
  parts = payloads,
  encode = encodeBundle,
): Promise<void> {
  try {
    expect(await applied(await sealed(document, parts, encode))).toBe(document.images[0]?.digest);
  } catch (error) {
    if (!(error instanceof BlockPackError)) throw error;
    expect(error).toMatchObject({ family: expect.stringMatching(/^(format|input|missing)$/) });
  }
}

it('is applied again as it is, when it is sealed again', async () => {
  expect(await applied(await sealed(good.document))).toBe(good.document.images[0]?.digest);
});

it('never makes another image than it names, though all its digests are right and its list says other things', async () => {
  const values = scalars(good.document);
  const others = fc.oneof(
    fc.constantFrom(...values),
    fc.constantFrom(0, 1, -1, 2 ** 31, 2 ** 53, '', '../x', true, null),
  );
  await fc.assert(
    fc.asyncProperty(fc.nat(values.length - 1), others, async (at, other) => {
      const document = changed(good.document, at, other) as BundleDocument;
      await expectRightOrRefused(document, payloads, encodeIfValid);
    }),
    fuzzRuns(500),
  );
}, 400_000);

it('never makes another image than it names, though payloads are others', async () => {
  const changes = fc.array(fc.tuple(fc.nat(5000), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 3,
  });
  await fc.assert(
    fc.asyncProperty(fc.nat(payloads.length - 1), changes, async (which, bits) => {
      const others = payloads.map((one, at) => (at === which ? flipped(one, bits) : one));
      const groups = good.document.groups.map((group, at) => {
        const bytes = others[at] ?? new Uint8Array();
        return { ...group, payload: bytes.length };
      });
      await expectRightOrRefused({ ...good.document, groups }, others);
    }),
    fuzzRuns(500),
  );
}, 400_000);

function flipped(bytes: Uint8Array, bits: readonly (readonly [number, number])[]): Uint8Array {
  const other = new Uint8Array(bytes);
  for (const [at, mask] of bits) other[at % other.length] = (other[at % other.length] ?? 0) ^ mask;
  return other;
}

/** What the format cannot say cannot be sealed: how it is refused is told by the tests of the list. */
function encodeIfValid(...said: Parameters<typeof encodeBundle>): ReturnType<typeof encodeBundle> {
  try {
    return encodeBundle(...said);
  } catch (error) {
    throw new BlockPackError('BUNDLE_INVALID', 'it cannot be said', { cause: error });
  }
}
