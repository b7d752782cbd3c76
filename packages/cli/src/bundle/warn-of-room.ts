import type { BundleDocument, Descriptor } from '@block-pack/core';
import { freeBytes, type Place } from '@block-pack/store';
import { byteSize } from '../byte-size.ts';
import type { CommandContext } from '../command.ts';
import type { Held } from './held.ts';

/** Where a bundle is applied: what is there, and what is to be filled. */
export interface RoomOptions {
  readonly held: Pick<Held, 'hasBlob'>;
  readonly place: Place;
  /** False where layers are left out of the place. */
  readonly isWhole: boolean;
  /** Where layers are made. */
  readonly scratchDirectory: string;
}

/**
 * Warns, before long work, where a disk has less room than the layers alone take. It refuses nothing: a file system may compress, and another one may be put
 * there in time.
 */
export function warnOfRoom(
  { layers }: Pick<BundleDocument, 'layers'>,
  { held, place, isWhole, scratchDirectory }: RoomOptions,
  { warn }: Pick<CommandContext, 'warn'>,
  free = freeBytes,
): void {
  const fresh = layers.filter((layer) => !held.hasBlob(layer));
  const made = fresh.filter(({ origin }) => origin !== 'carried');
  const placed = place.kind === 'oci' ? fresh : layers;
  const disks = [
    { path: scratchDirectory, text: `The store ${scratchDirectory}`, needed: bytesOf(made) },
    { path: place.path, text: place.text, needed: isWhole ? bytesOf(placed) : 0 },
  ];
  for (const { path, text, needed } of disks) {
    const room = free(path) ?? Number.POSITIVE_INFINITY;
    if (room >= needed) continue;
    const message = `${text} has room for ${byteSize(room)}, and layers alone take ${byteSize(needed)} there: the disk will be full before all is written, unless it packs them or you make room`;
    warn({ code: 'LITTLE_ROOM', message });
    return;
  }
}

function bytesOf(blobs: readonly Descriptor[]): number {
  return blobs.reduce((sum, { size }) => sum + size, 0);
}
