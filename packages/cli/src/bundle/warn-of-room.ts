import { dirname } from 'node:path';
import type { BundleDocument, BundleGroup, Descriptor, LayerOrigin } from '@block-pack/core';
import { diskOf, type Place, statsAt } from '@block-pack/store';
import { byteSize } from '../byte-size.ts';
import type { CommandContext } from '../command.ts';
import type { Held } from './held.ts';
import { basesOf } from './prerequisites.ts';

/** Where a bundle is applied: what is there, and what is to be filled. */
export interface RoomOptions {
  readonly held: Pick<Held, 'hasBlob' | 'blobPath'>;
  /** Those of blocks and of layers that are unpacked. */
  readonly groups: readonly BundleGroup[];
  readonly place: Place;
  /** False where layers are left out of the place. */
  readonly isWhole: boolean;
  /** Where blocks and layers are made. */
  readonly scratchDirectory: string;
}

/**
 * Warns, before long work, where a disk has less room than it takes at least. It refuses nothing: a file system may compress, and another one may be put
 * there in time.
 */
export function warnOfRoom(
  { layers }: Pick<BundleDocument, 'layers'>,
  options: RoomOptions,
  { warn }: Pick<CommandContext, 'warn'>,
  disk = diskOf,
): void {
  const { place, scratchDirectory } = options;
  const scratch = {
    text: `the store ${scratchDirectory}`,
    disk: disk(scratchDirectory),
    needed: bytesOf(madeOf(layers, options)),
  };
  const target = {
    text: place.text,
    disk: disk(place.path),
    needed: bytesOf(placedOf(layers, options, disk)),
  };
  const isOne = scratch.disk !== undefined && scratch.disk.device === target.disk?.device;
  const both = {
    ...scratch,
    text: `${scratch.text} and ${target.text}`,
    needed: scratch.needed + target.needed,
  };
  for (const { text, disk, needed } of isOne ? [both] : [scratch, target]) {
    if (disk === undefined || disk.free >= needed) continue;
    const message = `The disk of ${text} has room for ${byteSize(disk.free)}, and what is written there takes ${byteSize(needed)} at least: it will be full before all is written, unless it compresses or you make room`;
    warn({ code: 'LITTLE_ROOM', message });
    return;
  }
}

/** What lies in the scratch directory in the end, each once: what is unpacked, what that is written against, and the layers that are made of it. */
function madeOf(layers: readonly LayerOrigin[], { held, groups }: RoomOptions): Iterable<Descriptor> {
  const unpacked = groups.flatMap((group) => [...basesOf(group), ...group.objects]);
  const made = layers.filter((layer) => isMade(layer) && !held.hasBlob(layer));
  return new Map([...unpacked, ...made].map((one) => [one.digest, one])).values();
}

function isMade({ origin }: LayerOrigin): boolean {
  return origin !== 'carried' && origin !== 'present';
}

/** Layers that take room at the place: an archive has all. A layout has what is on its disk already, or gets a clone or a link of it. */
function placedOf(
  layers: readonly LayerOrigin[],
  { held, place, isWhole, scratchDirectory }: RoomOptions,
  disk: typeof diskOf,
): readonly Descriptor[] {
  if (!isWhole || isWrittenThrough(place)) return [];
  if (place.kind !== 'oci') return layers;
  const device = disk(place.path)?.device;
  return layers.filter((layer) => {
    if (held.hasBlob(layer)) {
      // Not of the file itself: on overlays it may have another device than its directory.
      const path = held.blobPath?.(layer.digest) ?? '';
      return path === '' || disk(dirname(path))?.device !== device;
    }
    return !isMade(layer) || disk(scratchDirectory)?.device !== device;
  });
}

/** A pipe or a device. */
function isWrittenThrough({ path }: Place): boolean {
  const stats = statsAt(path, 'write');
  return stats !== undefined && !stats.isFile() && !stats.isDirectory();
}

function bytesOf(blobs: Iterable<Descriptor>): number {
  return [...blobs].reduce((sum, { size }) => sum + size, 0);
}
