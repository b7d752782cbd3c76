import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Bytes,
  type Digest,
  isDigest,
  type KeptSegment,
  type MadeSegment,
  type SegmentKey,
  type SegmentMemory,
} from '@block-pack/core';
import * as v from 'valibot';
import { diskError } from './disk-error.ts';
import { Draft } from './draft.ts';
import type { Store } from './store.ts';

/** The segments of layers that the store has: each is read where it lies in its layer, so nothing is kept twice. What cannot be read is an empty memory. */
export function openSegmentMemory(store: Store): SegmentMemory {
  return new DiskSegments(store);
}

/** Segments that are remembered, latest layers first: some dozens of applications, in a file that is read in some ten milliseconds. */
const most = 20_000;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const key = v.custom<SegmentKey>((text) => typeof text === 'string' && /^[0-9a-f]{64}$/.test(text));
const document = v.array(
  v.object({
    layer: v.custom<Digest>((text) => typeof text === 'string' && isDigest(text)),
    size: count,
    segments: v.array(v.tuple([key, count, count, count])),
  }),
);

/** Layers, latest first; a key stands once. */
type Document = v.InferOutput<typeof document>;

class DiskSegments implements SegmentMemory {
  readonly #store: Store;
  #known: ReadonlyMap<SegmentKey, KeptSegment> | undefined;
  readonly #sizes = new Map<Digest, number>();
  readonly #layers = new Map<Digest, Promise<boolean>>();
  readonly #forgotten = new Set<SegmentKey>();

  constructor(store: Store) {
    this.#store = store;
  }

  async find(wanted: SegmentKey): Promise<KeptSegment | undefined> {
    this.#known ??= this.#load();
    const kept = this.#known.get(wanted);
    if (kept === undefined || this.#forgotten.has(wanted)) return undefined;
    return (await this.#hasLayer(kept.layer)) ? kept : undefined;
  }

  #load(): ReadonlyMap<SegmentKey, KeptSegment> {
    const known = new Map<SegmentKey, KeptSegment>();
    for (const { layer, size, segments } of load(this.#path)) {
      this.#sizes.set(layer, size);
      for (const [one, offset, length, crc] of segments) known.set(one, { layer, offset, length, crc });
    }
    return known;
  }

  /** Asked once for each layer; under a lease it stays. */
  #hasLayer(layer: Digest): Promise<boolean> {
    const has = this.#layers.get(layer) ?? this.#store.has(layer, this.#sizes.get(layer));
    this.#layers.set(layer, has);
    return has;
  }

  read({ layer, offset, length }: KeptSegment): Bytes {
    return this.#store.read(layer, { offset, length });
  }

  forget(one: SegmentKey): void {
    this.#forgotten.add(one);
  }

  async keep(layer: Digest, segments: ReadonlyMap<SegmentKey, MadeSegment>): Promise<void> {
    const size = await this.#store.size(layer);
    const rows = [...segments].map(([one, { offset, length, crc }]) => [one, offset, length, crc] as const);
    const forgotten = (one: SegmentKey) => segments.has(one) || this.#forgotten.has(one);
    // Others may have kept theirs since we looked; what two keep at the same moment, one of them makes again next time.
    const earlier = load(this.#path).filter((one) => one.layer !== layer);
    const layers = [
      { layer, size, segments: rows },
      ...earlier.map((one) => ({ ...one, segments: one.segments.filter(([other]) => !forgotten(other)) })),
    ];
    this.#write(bounded(layers));
    this.#known = undefined;
    this.#layers.clear();
  }

  #write(layers: readonly object[]): void {
    const body = JSON.stringify(layers);
    try {
      const draft = new Draft(this.#store.cacheDirectory);
      try {
        draft.write(Buffer.from(`${seal(body)}\n${body}\n`));
        draft.finish(0o644);
        draft.rename(this.#path);
      } finally {
        draft.discard();
      }
    } catch (error) {
      throw diskError(error, 'STORE_UNUSABLE', 'write', this.#path);
    }
  }

  get #path(): string {
    return join(this.#store.cacheDirectory, 'segments.json');
  }
}

function bounded<T extends { readonly segments: readonly unknown[] }>(layers: readonly T[]): T[] {
  let segments = 0;
  return layers.filter((one) => {
    segments += one.segments.length;
    return one.segments.length > 0 && segments <= most;
  });
}

/** The first line seals the second, since a flipped bit could make a wrong segment of it. */
function load(path: string): Document {
  try {
    const [header = '', body = ''] = readFileSync(path, 'utf8').split('\n');
    return header === seal(body) ? v.parse(document, JSON.parse(body)) : [];
  } catch {
    return [];
  }
}

function seal(body: string): string {
  return `#block-pack segments v1 ${createHash('sha256').update(body).digest('hex')}`;
}
