import { type Digest, Measure } from '../digest.ts';
import { BlockPackError } from '../error.ts';
import { type Import, importSize } from '../import-manifest.ts';
import { checkSignal } from '../pack.ts';
import type { AssembleLayerOptions } from './assemble-layer.ts';
import { type BlobPart, type PartedBytes, wholeBytes } from './blob-part.ts';
import { type LayerPlan, tarSize } from './plan-layer.ts';
import { endOfTar, summedSegment } from './segment.ts';
import { type KeptSegment, noSegmentMemory, type SegmentMemory, segmentKey } from './segment-memory.ts';

/** What a layer's tar is. */
export interface TarDigest {
  readonly diffId: Digest;
  /** Sum and size of every segment, as its gzip member ends with them. */
  readonly trailers: readonly Uint8Array[];
}

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
  async function* content(): PartedBytes {
    for await (const piece of tarPieces(plan, options, expected, trailers)) {
      if (stop.aborted) throw new Error('the layer could not be written');
      checkSignal(options.signal);
      yield piece;
    }
  }
  const { copier } = options;
  const diffId = await (copier?.digest(content(), tarSize(plan)) ?? digestHere(content()));
  return { diffId, trailers };
}

async function digestHere(content: PartedBytes): Promise<Digest> {
  const measure = new Measure();
  for await (const chunk of wholeBytes(content)) measure.add(chunk);
  return measure.digest();
}

/** @param trailers is filled while the segments pass */
async function* tarPieces(
  { segments, head }: LayerPlan,
  { blocks, encoding, segments: memory = noSegmentMemory }: AssembleLayerOptions,
  expected: Digest | undefined,
  trailers: Uint8Array[],
): PartedBytes {
  yield head;
  for (const [index, { line }] of segments.entries()) {
    const kept = expected === undefined ? undefined : await memory.find(segmentKey(line, encoding));
    const put = (trailer: Uint8Array) => {
      trailers[index] = trailer;
    };
    if (kept === undefined || kept.crc !== undefined) yield* summedSegment(line, blocks, put);
    else yield unpackedPart(line, kept, memory, put);
  }
  yield endOfTar;
}

/** Unpacking holds the tar against the sum and the size that the member ends with. */
function unpackedPart(
  line: Import,
  kept: KeptSegment,
  memory: SegmentMemory,
  put: (trailer: Uint8Array) => void,
): BlobPart {
  const { layer, offset, length } = kept;
  return {
    blob: layer,
    range: { offset, length },
    crc: 0,
    unpackedLimit: mostBytes(line),
    read: () => memory.read(kept),
    copied: ({ end, flaw }) => {
      if (flaw !== undefined) throw damaged(line, kept, flaw);
      put(end);
    },
    failed: () => {},
  };
}

/** What no segment of a block is longer than: an entry may need two headers more than it had in the block. */
function mostBytes(line: Import): number {
  return 4 * (importSize(line) ?? Number.POSITIVE_INFINITY) + (1 << 16);
}

function damaged({ path }: Import, { layer }: KeptSegment, flaw: string): BlockPackError {
  return new BlockPackError(
    'DIGEST_MISMATCH',
    `The segment of ${path} in the layer ${layer} is damaged: ${flaw}`,
    { hint: 'Get the image of that layer again.', details: { path, layer } },
  );
}
