import {
  type BlobSource,
  type ContentDescriptor,
  checkSignal,
  collect,
  type Digest,
  documentLimit,
  fetchBlocks,
  type Import,
  importSize,
  type LayerOrigin,
} from '@block-pack/core';
import { byteSize } from '../byte-size.ts';
import { everyPastHas } from './every-past.ts';
import type { Held } from './held.ts';
import type { BundleSources } from './make-bundle.ts';
import type { Text } from './text-search.ts';
import type { FoundFile, WantedContents } from './wanted-contents.ts';

/** What has to travel: texts, and blocks, which lie in the scratch directory by then. */
export interface NewObjects {
  readonly texts: readonly Text[];
  /** Each block once, as it is first imported. */
  readonly blocks: readonly Import[];
}

/** What a site may lack of the wanted images, but for layers that travel whole. */
export async function newObjects(
  origins: readonly LayerOrigin[],
  { documents, blobs, imports }: WantedContents,
  sources: BundleSources,
): Promise<NewObjects> {
  const texts: Text[] = [];
  const blocks = new Map<Digest, Import>();
  for (const { digest, size, origin } of origins) {
    const file = imports.layers.get(digest);
    if (origin !== 'segments' || file === undefined) continue;
    checkSignal(sources.context.signal);
    sources.context.progress.show(`reading a layer of ${byteSize(size)}`);
    if (!isKnownText(file, sources.pasts)) texts.push(file);
    for (const line of file.manifest.imports)
      if (!blocks.has(line.digest) && !(await everyPastHas(sources.pasts, line.digest, importSize(line))))
        blocks.set(line.digest, line);
    await fetchNewBlocks(file, digest, blobs, sources);
  }
  texts.push(...(await newDocuments(documents, blobs, sources.pasts)));
  return { texts, blocks: [...blocks.values()] };
}

function isKnownText({ digest }: FoundFile, pasts: readonly Held[]): boolean {
  return pasts.length > 0 && pasts.every(({ texts }) => texts.has(digest));
}

/** Reads blocks out of a layer into the scratch directory. */
async function fetchNewBlocks(
  { manifest }: FoundFile,
  layer: Digest,
  source: BlobSource,
  { pasts, scratch, context }: BundleSources,
): Promise<void> {
  await fetchBlocks(manifest, {
    blocks: {
      has: async (one, bytes) => (await scratch.has(one, bytes)) || everyPastHas(pasts, one, bytes),
      read: (one, range) => scratch.read(one, range),
      write: (content, expected, about) => scratch.write(content, expected, about),
    },
    signal: context.signal,
    fetch: (range) => source.read(layer, range),
  });
}

async function newDocuments(
  documents: readonly ContentDescriptor[],
  blobs: BlobSource,
  pasts: readonly Held[],
): Promise<readonly Text[]> {
  const texts: Text[] = [];
  for (const { mediaType, digest, size } of documents)
    if (!(await everyPastHas(pasts, digest, size)))
      texts.push({ name: mediaType, digest, text: await collect(blobs.read(digest), documentLimit, digest) });
  return texts;
}
