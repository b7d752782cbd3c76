import { type BundleDocument, digestOf, type Warning } from '@block-pack/core';
import { parsePlace } from '@block-pack/store';
import { describe, expect, it } from 'vitest';
import { warnOfRoom } from './warn-of-room.ts';

const layer = (origin: 'present' | 'imports' | 'carried', size: number) => {
  const digest = digestOf(Uint8Array.of(size));
  return { origin, digest, size, files: [], mediaType: 'x' } as unknown as BundleDocument['layers'][number];
};

/** What is there, made here, and brought. */
const layers = [layer('present', 1), layer('imports', 20_000), layer('carried', 3000)];

/** @param free bytes of the disks of the store and of the place */
function warned(to: string, [store, place]: readonly (number | undefined)[], isWhole = true): Warning[] {
  const warnings: Warning[] = [];
  const held = { hasBlob: ({ size }: { size: number }) => size === 1 };
  const options = { held, place: parsePlace(to, '/site'), isWhole, scratchDirectory: '/store' };
  const warn = (warning: Warning) => void warnings.push(warning);
  warnOfRoom({ layers }, options, { warn }, (path) => (path === '/store' ? store : place));
  return warnings;
}

describe('a site that has little room', () => {
  it('is warned before layers are made that do not fit', () => {
    expect(warned('oci:new', [19_999, 1e9])).toMatchObject([
      {
        code: 'LITTLE_ROOM',
        message: expect.stringMatching(/^The store \/store has room for 20\.0 kB, and/),
      },
    ]);
    expect(warned('oci:new', [20_000, 22_999])).toMatchObject([
      { message: expect.stringMatching(/^oci:new/) },
    ]);
    expect(warned('oci:new', [20_000, 23_000])).toEqual([]);
  });

  it('is told that an archive has what is there as well, but for one that is partial', () => {
    expect(warned('oci-archive:new.tar', [1e9, 23_000])).toHaveLength(1);
    expect(warned('oci-archive:new.tar', [1e9, 23_001])).toEqual([]);
    expect(warned('docker-archive:new.tar', [1e9, 0], false)).toEqual([]);
  });

  it('is not warned where its file system does not tell', () => {
    expect(warned('oci:new', [undefined, undefined])).toEqual([]);
  });
});
