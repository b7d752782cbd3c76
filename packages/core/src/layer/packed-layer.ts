import { crc32 } from 'node:zlib';
import { type Bytes, bytesOf } from '../bytes.ts';
import { checkSignal } from '../pack.ts';
import type { AssembleLayerOptions } from './assemble-layer.ts';
import { type BlobPart, isPart, type PartedBytes } from './blob-part.ts';
import { gzipMember, MemberEnd } from './gzip-member.ts';
import type { LayerPlan } from './plan-layer.ts';
import { endOfTar, segmentTar } from './segment.ts';
import {
  type KeptSegment,
  type MadeSegment,
  type SegmentKey,
  type SegmentMemory,
  segmentKey,
} from './segment-memory.ts';
import { type Part, sideBySide } from './side-by-side.ts';

/** A gzip member of the layer, measured as it passed. */
export interface Member {
  readonly length: number;
  readonly crc: number;
  /** Its last bytes: sum and size of what is inside. */
  readonly trailer: Uint8Array;
}

/**
 * As many as Node has threads for it. With more, whatever else needs a thread, such as writing, waits behind all of them: 400 MB of jars took 11.7 s of
 * processor time with 4, 12.0 s with 8.
 */
const atOnce = 4;

/** The blob of a layer as it is made: member after member, each encoded now or copied from an earlier layer. */
export class PackedLayer {
  readonly #plan: LayerPlan;
  readonly #memory: SegmentMemory;
  readonly #options: AssembleLayerOptions;
  readonly #keys: readonly SegmentKey[];
  /** Of the plan's segments. */
  readonly #copied = new Map<number, KeptSegment>();
  /** In the order of the blob: head, segments, end. */
  readonly #members: Member[] = [];
  /** Members that were handed on, or are under way. */
  #passed = 0;
  /** Whether blocks are held against their digests. */
  readonly checks: boolean;
  /** Remembered segments that were not what they should be. */
  readonly damaged: SegmentKey[] = [];

  constructor(plan: LayerPlan, memory: SegmentMemory, options: AssembleLayerOptions, checks: boolean) {
    this.#plan = plan;
    this.checks = checks;
    this.#memory = memory;
    this.#options = options;
    this.#keys = plan.segments.map(({ line }) => segmentKey(line, options.encoding));
  }

  /** To be read once. @param stop ends it with an error */
  async *content(stop: AbortSignal): PartedBytes {
    const parts = await this.#parts();
    const totalSegments = parts.length - 2;
    let bytes = 0;
    for await (const piece of sideBySide(parts, atOnce)) {
      if (stop.aborted) throw new Error('the digest of the tar failed');
      checkSignal(this.#options.signal);
      bytes += isPart(piece) ? piece.range.length : piece.length;
      const segments = Math.min(totalSegments, Math.max(0, this.#passed - 1));
      this.#options.onProgress?.({ segments, totalSegments, bytes });
      yield piece;
    }
  }

  async #parts(): Promise<Part[]> {
    const { blocks } = this.#options;
    const { head, segments } = this.#plan;
    const parts = [this.#encode(0, () => bytesOf(head))];
    for (const [index, { line }] of segments.entries()) {
      const kept = await this.#memory.find(this.#key(index));
      if (kept === undefined)
        parts.push(this.#encode(index + 1, () => segmentTar(line, blocks, this.checks)));
      else parts.push(this.#copy(index, kept));
    }
    parts.push(this.#encode(segments.length + 1, () => bytesOf(endOfTar)));
    return parts;
  }

  #encode(at: number, tar: () => Bytes): Part {
    const { encoding } = this.#options;
    const make = () => this.#measured(at, gzipMember(tar(), encoding));
    // Where nothing is deflated, no other thread has anything to do.
    return { ahead: encoding !== 'gzip-0', make };
  }

  #copy(index: number, kept: KeptSegment): Part {
    this.#copied.set(index, kept);
    return { ahead: false, make: () => this.#copying(index, kept) };
  }

  async *#copying(index: number, kept: KeptSegment): PartedBytes {
    const { layer, offset, length } = kept;
    const part: BlobPart = {
      blob: layer,
      range: { offset, length },
      crc: 0,
      read: () => this.#memory.read(kept),
      copied: ({ crc, end }) => {
        this.#members[index + 1] = { length, crc, trailer: end };
        if (kept.crc === undefined || crc === kept.crc) return;
        this.condemn(index);
        throw new Error(`a segment of ${layer} is damaged`);
      },
      // The earlier layer may be gone, or damaged.
      failed: () => void this.condemn(index),
    };
    yield part;
    this.#passed++;
  }

  async *#measured(at: number, content: Bytes): Bytes {
    let length = 0;
    let crc = 0;
    const end = new MemberEnd();
    for await (const chunk of content) {
      length += chunk.length;
      crc = crc32(chunk, crc);
      end.add(chunk);
      yield chunk;
    }
    this.#members[at] = { length, crc, trailer: end.trailer() };
    this.#passed++;
  }

  /** Says that a copied segment is damaged; false for one that was not copied. */
  condemn(index: number): boolean {
    if (!this.#copied.has(index)) return false;
    this.damaged.push(this.#key(index));
    return true;
  }

  /** Says so of all copied segments that no sum was kept of: the blob is wrong, and any of them may be why. */
  condemnUnsummed(): void {
    for (const [index, { crc }] of this.#copied) if (crc === undefined) this.condemn(index);
  }

  get copied(): number {
    return this.#copied.size;
  }

  get head(): Member {
    return this.#member(0);
  }

  /** @param index of the plan's segments */
  segment(index: number): Member {
    return this.#member(index + 1);
  }

  /** Where each segment lies in the blob. */
  segments(): ReadonlyMap<SegmentKey, MadeSegment> {
    const found = new Map<SegmentKey, MadeSegment>();
    let offset = this.head.length;
    for (const index of this.#plan.segments.keys()) {
      const { length, crc } = this.segment(index);
      found.set(this.#key(index), { offset, length, crc });
      offset += length;
    }
    return found;
  }

  #member(at: number): Member {
    const member = this.#members[at];
    if (member === undefined) throw new Error(`member ${at} has not passed`);
    return member;
  }

  #key(index: number): SegmentKey {
    const key = this.#keys[index];
    if (key === undefined) throw new Error(`no segment ${index}`);
    return key;
  }
}
