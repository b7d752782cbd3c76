import { createHash } from 'node:crypto';
import type { Bytes } from '../bytes.ts';
import type { Digest } from '../digest.ts';
import { type Import, importExecutable, importKind } from '../import-manifest.ts';
import type { EncodingId } from './encoding.ts';

/** A segment that a layer has in its blob, as gzip member. */
export interface KeptSegment {
  readonly layer: Digest;
  /** Where the member begins in the layer's blob. */
  readonly offset: number;
  readonly length: number;
  /** crc32 of the member's bytes, so that damage is seen while it is copied; without it, by the digest of the layer that is made. */
  readonly crc?: number;
}

/** A segment of the layer that has just been made. */
export type MadeSegment = Required<Omit<KeptSegment, 'layer'>>;

/** Knows where segments of earlier layers can be had. Forgetting them all changes nothing but the time the next layer takes. */
export interface SegmentMemory {
  /** Where the segment is; only what can be read now. */
  find(key: SegmentKey): Promise<KeptSegment | undefined>;
  read(segment: KeptSegment): Bytes;
  /** To be called when the layer's blob is kept. */
  keep(layer: Digest, segments: ReadonlyMap<SegmentKey, MadeSegment>): Promise<void>;
  /** Called for a segment that turned out to be damaged. */
  forget(key: SegmentKey): void;
}

declare const brand: unique symbol;

/** 64 hex digits: another for every segment that may have other bytes. */
export type SegmentKey = string & { readonly [brand]: true };

export function segmentKey(line: Import, encoding: EncodingId): SegmentKey {
  const facts = [encoding, importKind(line), importExecutable(line), line.digest, line.path];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex') as SegmentKey;
}

/** Remembers nothing. */
export const noSegmentMemory: SegmentMemory = {
  find: async () => undefined,
  read: () => {
    throw new Error('no segment is known');
  },
  keep: async () => {},
  forget: () => {},
};
