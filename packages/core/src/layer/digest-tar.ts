import type { Bytes } from '../bytes.ts';
import { bytesOf } from '../bytes.ts';
import type { Digest } from '../digest.ts';
import { BlockPackError } from '../error.ts';
import { type Import, importSize } from '../import-manifest.ts';
import { checkSignal } from '../pack.ts';
import { PassingMeasure } from '../stream-digest.ts';
import type { AssembleLayerOptions } from './assemble-layer.ts';
import { type PartedBytes, wholeBytes } from './blob-part.ts';
import { MemberEnd, memberContent } from './gzip-member.ts';
import { type LayerPlan, tarSize } from './plan-layer.ts';
import { endOfTar, summedSegment } from './segment.ts';
import { type KeptSegment, noSegmentMemory, type SegmentMemory, segmentKey } from './segment-memory.ts';
import { type Part, sideBySide } from './side-by-side.ts';

/** What a layer's tar is. */
export interface TarDigest {
  readonly diffId: Digest;
  /** Sum and size of every segment, as its gzip member ends with them. */
  readonly trailers: readonly Uint8Array[];
}

/** Segments that are unpacked at the same time: two processors are busy, and a thread is left that reads. */
const atOnce = 3;

/**
 * Digests the tar inside a layer. The blocks are not checked: whoever calls compares the sums.
 * @param expected the layer's digest where it is known: then copied segments that it alone vouches for are unpacked, and not made of their blocks once more
 * @param stop ends it with an error
 * @throws DIGEST_MISMATCH when such a segment cannot be unpacked
 */
export async function digestTar(
  plan: LayerPlan,
  options: AssembleLayerOptions,
  expected: Digest | undefined,
  stop: AbortSignal,
): Promise<TarDigest> {
  const trailers: Uint8Array[] = [];
  const parts = await partsOf(plan, options, expected, trailers);
  async function* content(): PartedBytes {
    for await (const piece of sideBySide(parts, atOnce)) {
      if (stop.aborted) throw new Error('the layer could not be written');
      checkSignal(options.signal);
      yield piece;
    }
  }
  const { copier } = options;
  const about = tarSize(plan);
  const diffId = await (copier === undefined
    ? digestHere(wholeBytes(content()), about)
    : copier.digest(content(), about));
  return { diffId, trailers };
}

async function digestHere(content: Bytes, about: number): Promise<Digest> {
  const measure = new PassingMeasure(about);
  for await (const _ of measure.watch(content)) {
    // The digest is all that is asked.
  }
  return measure.seen(undefined, 'the tar').digest;
}

/** @param trailers is filled while the segments pass */
async function partsOf(
  { segments, head }: LayerPlan,
  { blocks, encoding, segments: memory = noSegmentMemory }: AssembleLayerOptions,
  expected: Digest | undefined,
  trailers: Uint8Array[],
): Promise<readonly Part[]> {
  const parts: Part[] = [{ ahead: false, make: () => bytesOf(head) }];
  for (const [index, { line }] of segments.entries()) {
    const kept = expected === undefined ? undefined : await memory.find(segmentKey(line, encoding));
    const put = (trailer: Uint8Array) => {
      trailers[index] = trailer;
    };
    if (kept === undefined || kept.crc !== undefined)
      parts.push({ ahead: false, make: () => summedSegment(line, blocks, put) });
    else parts.push({ ahead: true, make: () => unpacked(line, kept, memory, put) });
  }
  parts.push({ ahead: false, make: () => bytesOf(endOfTar) });
  return parts;
}

/** Unpacking holds the tar against the sum and the size that the member ends with. */
async function* unpacked(
  line: Import,
  kept: KeptSegment,
  memory: SegmentMemory,
  put: (trailer: Uint8Array) => void,
): Bytes {
  const end = new MemberEnd();
  let room = mostBytes(line);
  try {
    for await (const chunk of memberContent(end.watch(memory.read(kept)))) {
      room -= chunk.length;
      if (room < 0) throw damaged(line, kept);
      yield chunk;
    }
  } catch (error) {
    throw isOfZlib(error) ? damaged(line, kept, error) : error;
  }
  put(end.trailer());
}

/** What no segment of a block is longer than: an entry may need two headers more than it had in the block. */
function mostBytes(line: Import): number {
  return 4 * (importSize(line) ?? Number.POSITIVE_INFINITY) + (1 << 16);
}

function isOfZlib(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^Z_/.test(String(error.code));
}

function damaged({ path }: Import, { layer }: KeptSegment, cause?: unknown): BlockPackError {
  return new BlockPackError('DIGEST_MISMATCH', `The segment of ${path} in the layer ${layer} is damaged`, {
    hint: 'Get the image of that layer again.',
    details: { path, layer },
    ...(cause === undefined ? {} : { cause }),
  });
}
