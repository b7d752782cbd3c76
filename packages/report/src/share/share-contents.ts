import type { Digest } from '@block-pack/core';
import type { Contents } from '../contents/contents.ts';
import { SeenVersions } from './seen-versions.ts';
import type { Sharing, SharingImage } from './sharing.ts';
import { skewsOf } from './skews-of.ts';

/** A block, or a layer that no import manifest explains, and the images that have it, in their order. */
export interface SharedBlob {
  readonly size: number | undefined;
  readonly images: number[];
}

/** What the images have in common. They are taken one by one, and only their blocks' digests are kept: 200 of 1,000 packages are no burden. */
export async function shareContents(all: AsyncIterable<Contents> | Iterable<Contents>): Promise<Sharing> {
  const blobs = new Map<Digest, SharedBlob>();
  const versions = new SeenVersions();
  const counted: Pick<SharingImage, 'name' | 'source' | 'packages'>[] = [];
  for await (const { name, source, packages, layers } of all) {
    const image = counted.length;
    for (const { digest, size } of [...packages, ...layers]) addBlob(blobs, digest, size, image);
    for (const one of packages) versions.add(one, image);
    counted.push({ name, source, packages: packages.length });
  }
  const matrix = matrixOf(blobs.values(), counted.length);
  const skews = skewsOf(versions, blobs);
  return {
    figures: figuresOf(blobs, matrix, skews),
    images: imagesOf(counted, matrix, blobs.values()),
    matrix,
    skews,
  };
}

function addBlob(
  blobs: Map<Digest, SharedBlob>,
  digest: Digest,
  size: number | undefined,
  image: number,
): void {
  const known = blobs.get(digest);
  if (known === undefined) blobs.set(digest, { size, images: [image] });
  else if (known.images.at(-1) !== image) known.images.push(image);
}

function matrixOf(blobs: Iterable<SharedBlob>, images: number): number[][] {
  const matrix = Array.from({ length: images }, () => new Array<number>(images).fill(0));
  for (const { size = 0, images: holders } of blobs) {
    for (const one of holders) {
      const row = matrix[one] ?? [];
      for (const other of holders) row[other] = (row[other] ?? 0) + size;
    }
  }
  return matrix;
}

function imagesOf(
  counted: readonly Pick<SharingImage, 'name' | 'source' | 'packages'>[],
  matrix: readonly (readonly number[])[],
  blobs: Iterable<SharedBlob>,
): SharingImage[] {
  const own = counted.map(() => 0);
  for (const { size = 0, images } of blobs) {
    const [first, second] = images;
    if (first !== undefined && second === undefined) own[first] = (own[first] ?? 0) + size;
  }
  return counted.map((image, at) => {
    const row = matrix[at] ?? [];
    const bytes = row[at] ?? 0;
    const nearest = nearestOf(row, at);
    return {
      ...image,
      bytes,
      shared: bytes - (own[at] ?? 0),
      ...(nearest === undefined ? {} : { nearest }),
    };
  });
}

function nearestOf(row: readonly number[], self: number): number | undefined {
  let nearest: number | undefined;
  for (const [other, bytes] of row.entries()) {
    const least = nearest === undefined ? 0 : (row[nearest] ?? 0);
    if (other !== self && bytes > least) nearest = other;
  }
  return nearest;
}

function figuresOf(
  blobs: ReadonlyMap<Digest, SharedBlob>,
  matrix: readonly (readonly number[])[],
  skews: Sharing['skews'],
): Sharing['figures'] {
  const alone = matrix.reduce((sum, row, at) => sum + (row[at] ?? 0), 0);
  const all = [...blobs.values()];
  const together = bytesOf(all);
  return {
    alone,
    together,
    saved: alone - together,
    inAll: bytesOf(all.filter(({ images }) => images.length === matrix.length)),
    alignable: skews.reduce((sum, { saves }) => sum + saves, 0),
    blocks: all.length,
    unknownSizes: all.filter(({ size }) => size === undefined).length,
  };
}

function bytesOf(blobs: readonly SharedBlob[]): number {
  return blobs.reduce((sum, { size = 0 }) => sum + size, 0);
}
