import {
  bytesOf,
  type ContentDescriptor,
  type Digest,
  digestHex,
  digestOf,
  encodeImageManifest,
  imageManifestMediaType,
  MemoryBlobStore,
} from '@block-pack/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { fakeImage, fakeIndex, put } from '../testing/fake-image.ts';
import { accompanying } from './accompanying.ts';
import type { ListedImage } from './images.ts';

let blobs: MemoryBlobStore;
let image: ContentDescriptor;
let other: ContentDescriptor;
let listed: ListedImage[];

beforeEach(async () => {
  blobs = new MemoryBlobStore();
  image = await fakeImage(blobs, ['app']);
  other = await fakeImage(blobs, ['another app']);
  listed = [
    { names: ['1.0'], descriptor: image },
    { names: ['2.0'], descriptor: other },
  ];
});

const utf8 = (text: string) => new TextEncoder().encode(text);
const tagFor = ({ digest }: ContentDescriptor, end: string) => `sha256-${digestHex(digest)}${end}`;

/** A manifest that holds one text, and perhaps says of what it speaks. */
async function artifact(text: string, subject?: ContentDescriptor): Promise<ContentDescriptor> {
  const config = await put(blobs, utf8('{}'), 'application/vnd.oci.empty.v1+json');
  const layer = await put(blobs, utf8(text), 'application/vnd.dev.cosign.simplesigning.v1+json');
  const { bytes, descriptor } = encodeImageManifest({
    schemaVersion: 2,
    mediaType: imageManifestMediaType,
    config,
    layers: [layer],
    ...(subject && { subject }),
  });
  await blobs.write(bytesOf(bytes));
  return descriptor;
}

const list = (descriptor: ContentDescriptor, ...names: string[]) => listed.push({ names, descriptor });

async function found(...digests: Digest[]): Promise<string[]> {
  const entries = await accompanying({ list: async () => listed, blobs }, digests);
  return entries.map(({ descriptor }) => descriptor.digest);
}

describe('what accompanies an image', () => {
  it('is found by the tags that cosign gives', async () => {
    const [sig, att, sbom] = [await artifact('sig'), await artifact('att'), await artifact('sbom')];
    list(sig, tagFor(image, '.sig'));
    list(att, tagFor(image, '.att'));
    list(sbom, `registry/app:${tagFor(image, '.sbom')}`);
    list(await artifact('of the other'), tagFor(other, '.sig'));
    expect(await found(image.digest)).toEqual([sig.digest, att.digest, sbom.digest]);
  });

  it('is found by its subject, with or without a name', async () => {
    const [one, two] = [await artifact('one', image), await artifact('two', image)];
    list(one);
    list(two, 'signature-of-app');
    list(await artifact('of the other', other));
    expect(await found(image.digest)).toEqual([one.digest, two.digest]);
  });

  it('is found by the list that stands in for the referrers of a registry', async () => {
    const referrers = await fakeIndex(blobs, [await artifact('sig', image)]);
    list(referrers, tagFor(image, ''));
    expect(await found(image.digest)).toEqual([referrers.digest]);
  });

  it('comes with what speaks of it in turn, however they are ordered', async () => {
    const sbom = await artifact('bill of materials', image);
    const signature = await artifact('signature of the bill');
    const attested = await artifact('attested', signature);
    list(attested);
    list(signature, tagFor(sbom, '.sig'));
    list(sbom);
    expect(await found(image.digest)).toEqual([attested.digest, signature.digest, sbom.digest]);
  });

  it('is what cosign saved with it, under the tag that cosign gives it in a registry', async () => {
    const kind = (descriptor: ContentDescriptor, is: string) => ({
      ...descriptor,
      annotations: { kind: `dev.cosignproject.cosign/${is}` },
    });
    const [sig, att] = [await artifact('sig'), await artifact('att')];
    listed = [];
    list(kind(image, 'image'));
    list(kind(sig, 'sigs'));
    list(kind(att, 'atts'));
    const tags = async () =>
      (await accompanying({ list: async () => listed, blobs }, [image.digest])).flatMap(({ names }) => names);
    expect(await tags()).toEqual([tagFor(image, '.sig'), tagFor(image, '.att')]);
    list(kind(other, 'image'));
    expect(await tags()).toEqual([]);
    listed = listed.map((one, at) => ({ ...one, names: [at < 2 ? '1.0' : '2.0'] }));
    expect(await tags()).toEqual([tagFor(image, '.sig')]);
  });

  it('is that of each platform as well', async () => {
    const index = await fakeIndex(blobs, [image, other]);
    list(index, 'all');
    const [one, two] = [await artifact('of one', image), await artifact('of all')];
    list(one);
    list(two, tagFor(index, '.sig'));
    expect(await found(index.digest, image.digest, other.digest)).toEqual([one.digest, two.digest]);
  });

  it('never is the image itself, nor two that speak of each other', async () => {
    list(image, tagFor(image, '.sig'));
    expect(await found(image.digest)).toEqual([]);
    const one = await artifact('one', image);
    list(one, tagFor(other, '.sig'));
    list(other, tagFor(one, '.sig'));
    expect(await found(image.digest)).toEqual([one.digest, other.digest]);
  });

  it('is not what only looks like it', async () => {
    const sig = await artifact('sig');
    list(sig, `${tagFor(image, '.sig')}.old`, `x${tagFor(image, '.sig')}`, 'sha256-12.sig', '__proto__');
    expect(await found(image.digest)).toEqual([]);
  });

  it('is not what lacks, is damaged, or is too large to be read', async () => {
    const bytes = utf8('{"schemaVersion":2,"config":{},"layers":[],"subject":null}');
    const broken = await put(blobs, bytes, imageManifestMediaType);
    list(broken);
    list({ ...broken, digest: digestOf(utf8('absent')) });
    list({ ...(await artifact('large', image)), size: 1 << 30 });
    list({ ...(await artifact('a blob', image)), mediaType: 'application/octet-stream' });
    expect(await found(image.digest)).toEqual([]);
  });

  it('is not looked for any longer when the work is to end', async () => {
    const signal = AbortSignal.abort();
    const images = { list: async () => listed, blobs };
    await expect(accompanying(images, [image.digest], signal)).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});
