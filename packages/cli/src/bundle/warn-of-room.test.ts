import { devNull } from 'node:os';
import { type BundleDocument, type BundleGroup, digestOf, type Warning } from '@block-pack/core';
import { type Disk, parsePlace } from '@block-pack/store';
import { describe, expect, it } from 'vitest';
import { warnOfRoom } from './warn-of-room.ts';

const described = (size: number) => ({ digest: digestOf(Uint8Array.of(size, size >> 8)), size });
const layer = (origin: 'present' | 'imports' | 'carried', size: number) =>
  ({ ...described(size), origin }) as unknown as BundleDocument['layers'][number];

/** What is there, made here, and brought. */
const layers = [layer('present', 1), layer('imports', 20_000), layer('carried', 3000)];

/** A block against an older one, and another against the same and the first. */
const groups = [
  { encoding: 'delta', bases: [described(400)], objects: [described(500)] },
  { encoding: 'delta', bases: [described(400), described(500)], objects: [described(600)] },
] as unknown as BundleGroup[];

interface Site {
  readonly store: Disk | undefined;
  readonly place: Disk | undefined;
  /** Where the layer lies that is there. */
  readonly heldAt?: string;
  readonly isWhole?: boolean;
}

function warned(to: string, { store, place, heldAt = '/site/blobs', isWhole = true }: Site): Warning[] {
  const warnings: Warning[] = [];
  const held = {
    hasBlob: ({ size }: { size: number }) => size === 1,
    blobPath: () => heldAt && `${heldAt}/1`,
  };
  const options = { held, groups, place: parsePlace(to, '/site'), isWhole, scratchDirectory: '/store' };
  const warn = (warning: Warning) => void warnings.push(warning);
  warnOfRoom({ layers }, options, { warn }, (path) => (path.startsWith('/store') ? store : place));
  return warnings;
}

/** Disks of their own. */
const apart = (store: number, place: number) => ({
  store: { device: 1, free: store },
  place: { device: 2, free: place },
});
/** One disk. */
const shared = (free: number) => ({ store: { device: 1, free }, place: { device: 1, free } });

describe('a site that has little room', () => {
  it('is warned before blocks and layers are made that do not fit', () => {
    expect(warned('oci:new', apart(21_499, 1e9))).toEqual([
      {
        code: 'LITTLE_ROOM',
        message:
          'The disk of the store /store has room for 21.5 kB, and what is written there takes 21.5 kB at least: it will be full before all is written, unless it compresses or you make room',
      },
    ]);
    expect(warned('oci:new', apart(21_500, 22_999))).toMatchObject([
      { message: expect.stringMatching(/^The disk of oci:new has room for 23\.0 kB, and/) },
    ]);
    expect(warned('oci:new', apart(21_500, 23_000))).toEqual([]);
  });

  it('is told that an archive has what is there as well, but for one that is partial', () => {
    expect(warned('oci-archive:new.tar', apart(1e9, 23_000))).toHaveLength(1);
    expect(warned('oci-archive:new.tar', apart(1e9, 23_001))).toEqual([]);
    expect(warned('docker-archive:new.tar', { ...apart(1e9, 0), isWhole: false })).toEqual([]);
  });

  it('is warned where one disk has room for the store or the place, but not for both', () => {
    expect(warned('oci-archive:new.tar', shared(44_500))).toMatchObject([
      {
        message: expect.stringMatching(
          /^The disk of the store \/store and oci-archive:new\.tar has room for 44\.5 kB, and what is written there takes 44\.5 kB at least/,
        ),
      },
    ]);
    expect(warned('oci-archive:new.tar', shared(44_501))).toEqual([]);
  });

  it('needs no room for layers that a layout gets as clones or links of the store on its disk', () => {
    expect(warned('oci:new', shared(24_499))).toHaveLength(1);
    expect(warned('oci:new', shared(24_500))).toEqual([]);
  });

  it('needs room for a layer that is there in an archive, or on another disk', () => {
    expect(warned('oci:new', { ...apart(1e9, 23_000), heldAt: '' })).toHaveLength(1);
    expect(warned('oci:new', { ...apart(1e9, 23_000), heldAt: '/store/blobs' })).toHaveLength(1);
    expect(warned('oci:new', { ...apart(1e9, 23_001), heldAt: '' })).toEqual([]);
  });

  it('is not warned where its file system does not tell, or where nothing is kept', () => {
    expect(warned('oci:new', { store: undefined, place: undefined })).toEqual([]);
    // Windows has no such file.
    if (process.platform === 'win32') return;
    expect(warned(`docker-archive:${devNull}`, apart(1e9, 0))).toEqual([]);
  });
});
