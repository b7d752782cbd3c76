import type { BlobSource } from '../blob.ts';
import type { Digest } from '../digest.ts';
import { importSize } from '../import-manifest.ts';
import { checkSignal } from '../pack.ts';
import { streamDigest } from './background-digest.ts';
import { MemberSum } from './gzip-member.ts';
import type { LayerPlan } from './plan-layer.ts';
import { endOfTar, uncheckedSegmentTar } from './segment.ts';

/** What a layer's tar is. */
export interface TarDigest {
  readonly diffId: Digest;
  /** Sum and size of every segment, as its gzip member ends with them. */
  readonly trailers: readonly Uint8Array[];
}

/** Digests the tar inside a layer. The blocks are not checked: whoever calls compares the sums. @param stop ends it with an error */
export async function digestTar(
  { segments, head }: LayerPlan,
  { blocks, signal }: { readonly blocks: BlobSource; readonly signal?: AbortSignal },
  stop: AbortSignal,
): Promise<TarDigest> {
  const size = segments.reduce((sum, { line }) => sum + (importSize(line) ?? 0), head.length);
  const digest = streamDigest(size);
  const trailers: Uint8Array[] = [];
  try {
    await digest.add(head);
    for (const { line } of segments) {
      const sum = new MemberSum();
      for await (const chunk of uncheckedSegmentTar(line, blocks)) {
        if (stop.aborted) throw new Error('the layer could not be written');
        checkSignal(signal);
        sum.add(chunk);
        await digest.add(chunk);
      }
      trailers.push(sum.trailer());
    }
    await digest.add(endOfTar);
    return { diffId: await digest.digest(), trailers };
  } finally {
    await digest.close();
  }
}
