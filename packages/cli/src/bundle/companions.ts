import { BlockPackError, type Companion, isTagged } from '@block-pack/core';
import { accompanying, closureOf, type ListedImage } from '@block-pack/store';
import type { CommandContext } from '../command.ts';
import type { Wanted } from './make-bundle.ts';

/** What speaks of the wanted images where they are, such as cosign's signatures: it travels with them, so that it can be checked at the site. */
export async function findCompanions(
  wanted: readonly Wanted[],
  context: Pick<CommandContext, 'signal' | 'warn'>,
): Promise<readonly Companion[]> {
  const found = new Map<string, Companion>();
  const taken = new Set(
    wanted.flatMap(({ root, name }) => [root.digest, ...(name === undefined ? [] : [name])]),
  );
  for (const { images, root } of wanted) {
    const { documents } = await closureOf([root], images.blobs, context.signal);
    const digests = documents.map(({ digest }) => digest);
    for (const entry of await accompanying(images, digests, context.signal)) {
      if (taken.has(entry.descriptor.digest) || !(await isWhole(entry, images.blobs, context))) continue;
      for (const one of named(entry)) if (!taken.has(keyOf(one))) found.set(keyOf(one), one);
    }
  }
  return [...found.values()];
}

/** One that lacks a part could not be published at the site. */
async function isWhole(
  { descriptor, names }: ListedImage,
  blobs: Wanted['images']['blobs'],
  { signal, warn }: Pick<CommandContext, 'signal' | 'warn'>,
): Promise<boolean> {
  try {
    await closureOf([descriptor], blobs, signal);
    return true;
  } catch (error) {
    if (!(error instanceof BlockPackError) || error.family === 'interrupted') throw error;
    const what = names[0] ?? descriptor.digest;
    warn({
      code: 'COMPANION_INCOMPLETE',
      message: `${what}, which speaks of an image of the bundle, stays behind: ${error.message}`,
    });
    return false;
  }
}

function named({ names, descriptor: { mediaType, artifactType, digest, size } }: ListedImage): Companion[] {
  const one = { mediaType, ...(artifactType !== undefined && { artifactType }), digest, size };
  const tags = names.filter(isTagged);
  return tags.length === 0 ? [one] : tags.map((name) => ({ name, ...one }));
}

function keyOf({ name, digest }: Companion): string {
  return name ?? digest;
}
