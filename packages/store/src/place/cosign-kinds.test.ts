import { type Digest, digestHex, MemoryBlobStore } from '@block-pack/core';
import { expect, it } from 'vitest';
import { fakeImage } from '../testing/fake-image.ts';
import { foldersForTests } from '../testing/folders.ts';
import { openImages } from './images.ts';
import { parsePlace } from './place.ts';
import { publishImage } from './publish.ts';

const newFolder = foldersForTests();

it('an image and its signature are marked as cosign does, none beside them, and not two images at once', async () => {
  const place = parsePlace('oci:out', newFolder());
  const blobs = new MemoryBlobStore();
  const kind = 'dev.cosignproject.cosign';
  const signed = async (tag: string) => {
    const root = await fakeImage(blobs, [tag]);
    const signature = { root: await fakeImage(blobs, [`signature of ${tag}`]), name: tagOf(root, 'sig') };
    await publishImage(place, { root, name: tag, companions: [signature] }, blobs);
    return { [tag]: `${kind}/image`, [signature.name]: `${kind}/sigs` };
  };
  const tagOf = ({ digest }: { digest: Digest }, end: string) => `sha256-${digestHex(digest)}.${end}`;
  const kinds = async () => {
    const images = await openImages(place);
    const listed = await images.list();
    images.close();
    const marked = listed.filter(({ descriptor }) => descriptor.annotations?.kind !== undefined);
    return Object.fromEntries(
      marked.map(({ names, descriptor }) => [names.join(), descriptor.annotations?.kind]),
    );
  };
  const first = await signed('1.0');
  expect(await kinds()).toEqual(first);
  const latest = await signed('1.1');
  expect(await kinds()).toEqual(latest);
  const [one, two] = [await fakeImage(blobs, ['one']), await fakeImage(blobs, ['two'])];
  const signature = await fakeImage(blobs, ['signature of both']);
  const signatures = [one, two].map((image) => ({ root: signature, name: tagOf(image, 'sig') }));
  const image = { root: one, name: 'one', companions: [{ root: two, name: 'two' }, ...signatures] };
  await publishImage(place, image, blobs);
  expect(await kinds()).toEqual(latest);
});
