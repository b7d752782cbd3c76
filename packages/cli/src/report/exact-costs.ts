import { type BlobSource, type Digest, type Import, importSize, noSegmentMemory } from '@block-pack/core';
import type { ExactCosts } from '@block-pack/report';
import { openStore, ScratchBlobs } from '@block-pack/store';
import { dependencyCosts } from '../bundle/bundle-costs.ts';
import type { Held } from '../bundle/held.ts';
import { joinedBlobs } from '../bundle/joined-blobs.ts';
import { writeGroups } from '../bundle/write-groups.ts';
import { count } from '../byte-size.ts';
import type { CommandContext } from '../command.ts';
import type { OpenContents } from './open-contents.ts';

/** What the blocks that are new cost as changes of older ones, by writing them as a bundle has them. What is not here is told, and left out. */
export async function exactCosts(
  before: OpenContents,
  after: OpenContents,
  context: CommandContext,
): Promise<ExactCosts> {
  const store = await openStore(context.storeDirectory, { create: true });
  const scratch = new ScratchBlobs(store.scratchDirectory);
  try {
    const past = await pastOf(before, joinedBlobs(store, before.blocks));
    const { here, missing } = await newBlocks(before, after, joinedBlobs(store, after.blocks), scratch);
    if (missing > 0)
      context.warn({
        code: 'BLOCKS_MISSING',
        message: `${count(missing, 'new block')} not here, so their cost is not known; pack the input again, or name the image`,
      });
    const sources = { wanted: [], pasts: [past], scratch, context };
    const { groups: packed, blocks: sent } = await writeGroups({ texts: [], blocks: here }, sources);
    const groups = packed.map(({ group }) => group);
    const costs = await dependencyCosts({ document: { groups }, sent }, sources);
    const total = groups.reduce((sum, { payload }) => sum + payload, 0);
    return {
      byDigest: new Map(costs.map(({ digest, bytes }) => [digest, bytes])),
      total: missing > 0 ? undefined : total,
    };
  } finally {
    scratch.remove();
  }
}

/** The older side as a site that has just its blocks. */
async function pastOf({ manifests }: OpenContents, blobs: BlobSource): Promise<Held> {
  const imports: Import[] = [];
  for (const line of manifests.flatMap((one) => one.imports))
    if (await blobs.has(line.digest, importSize(line))) imports.push(line);
  const digests = new Set(imports.map(({ digest }) => digest));
  return {
    texts: new Map(),
    names: [],
    documents: [],
    imports,
    tars: [],
    segments: noSegmentMemory,
    hasBlob: () => false,
    has: async (digest) => digests.has(digest),
    read: (digest, range) => blobs.read(digest, range),
    blobPath: () => '',
  };
}

/** Each block once that only the newer side has; those that are here lie in the scratch directory then. */
async function newBlocks(
  before: OpenContents,
  after: OpenContents,
  blobs: BlobSource,
  scratch: ScratchBlobs,
): Promise<{ readonly here: readonly Import[]; readonly missing: number }> {
  const seen = new Set<Digest>(
    before.manifests.flatMap(({ imports }) => imports.map(({ digest }) => digest)),
  );
  const here: Import[] = [];
  let missing = 0;
  for (const line of after.manifests.flatMap(({ imports }) => imports)) {
    if (seen.has(line.digest)) continue;
    seen.add(line.digest);
    if (await blobs.has(line.digest, importSize(line))) {
      await scratch.bring(blobs, line.digest);
      here.push(line);
    } else missing++;
  }
  return { here, missing };
}
