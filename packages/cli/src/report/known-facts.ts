import { type BlobSource, BlockPackError, checkSignal, type Digest } from '@block-pack/core';
import type { BlockFacts, Package } from '@block-pack/report';
import type { Store } from '@block-pack/store';
import { count } from '../byte-size.ts';
import type { CommandContext } from '../command.ts';

/** Blocks that are looked into at the same time, so that one's reads fill another's waits. */
const atOnce = 8;

/**
 * What a look into the packages' blocks finds, by their digests. Blocks that are nowhere are left out; those that are damaged are told.
 * @param images where blocks lie that the store lacks
 */
export async function knownFacts(
  packages: readonly Package[],
  store: Store | undefined,
  images: readonly BlobSource[],
  context: CommandContext,
): Promise<ReadonlyMap<Digest, BlockFacts>> {
  const found = new Map<Digest, BlockFacts>();
  const failures: BlockPackError[] = [];
  const blocks = [...new Map(packages.map((one) => [one.digest, one])).values()];
  const waiting = blocks.entries();
  const worker = async () => {
    for (const [at, one] of waiting) {
      checkSignal(context.signal);
      context.progress.show(`looking into ${at + 1} of ${count(blocks.length, 'block')}`);
      try {
        const facts = await lookWhereItIs(one, store, images);
        if (facts !== undefined) found.set(one.digest, facts);
      } catch (error) {
        if (!(error instanceof BlockPackError) || error.family === 'interrupted') throw error;
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const [first] = failures;
  if (first !== undefined)
    context.warn({
      code: 'BLOCKS_UNREADABLE',
      message: `${count(failures.length, 'block')} cannot be looked into: ${first.message}`,
    });
  return found;
}

async function lookWhereItIs(
  one: Package,
  store: Store | undefined,
  images: readonly BlobSource[],
): Promise<BlockFacts | undefined> {
  const isStored = store !== undefined && (await store.has(one.digest, one.size));
  const source = isStored ? store : await firstThatHas(one.digest, images);
  if (source === undefined) return undefined;
  // It brings the packers along, which take as long to load as a comparison without blocks takes in all.
  const { lookIntoBlock } = await import('./look-into-block.ts');
  return lookIntoBlock(one, source, !isStored);
}

async function firstThatHas(digest: Digest, images: readonly BlobSource[]): Promise<BlobSource | undefined> {
  for (const image of images) if (await image.has(digest)) return image;
  return undefined;
}
