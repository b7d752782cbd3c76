import { checkSignal, type ImagePath } from '@block-pack/core';
import { giveTurn } from '../turn.ts';
import type { LayerEntry, LayerObject, Whiteout } from './layer-entry.ts';
import { RootTree } from './root-tree.ts';

/** What a path of the root file system leads to, all layers laid over each other. */
export type RootEntry = LayerObject & {
  /** Which layer it comes from, counted from the lowest, 0. */
  readonly layer: number;
  /** Where it stands in that layer's listing; -1 for a directory that no layer names and other entries need. */
  readonly index: number;
};

/** The root file system that an image's layers make, as data. */
export interface RootView {
  /** What stands at exactly this path; no link is followed, not even on the way. */
  entry(path: ImagePath): RootEntry | undefined;
  /**
   * Where the path leads when all links on the way and at its end are followed, never out of the root. What does not exist is kept as it is
   * written, so that it says where a new entry would come to stand.
   * @throws ARCHIVE_INVALID for a chain of more links than a kernel follows
   */
  resolve(path: ImagePath): ImagePath;
  /** All directories, the root first, each behind the one that holds it, bytewise by name. */
  directories(): Iterable<RootDirectory>;
  /** Everything, in the same order. Hard links of one file have the same `layer` and `index`, each with its own path. */
  entries(): Iterable<RootEntry>;
}

export type RootDirectory = Extract<RootEntry, { kind: 'directory' }>;

/** A layer that is laid over others. */
export interface LaidLayer {
  /** For messages. */
  readonly name: string;
  readonly entries: readonly LayerEntry[];
}

/**
 * Lays layers over each other, the first the lowest, as containerd and umoci do: paths are followed through links inside the root, whiteouts
 * take away only what lower layers have, and within a layer the last of two entries counts. Listings that come one by one need not all be in memory.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md#applying-changesets
 * @throws ARCHIVE_INVALID for what cannot be laid so, INTERRUPTED
 */
export async function rootView(
  layers: Iterable<LaidLayer> | AsyncIterable<LaidLayer>,
  signal?: AbortSignal,
): Promise<RootView> {
  const tree = new RootTree();
  let at = 0;
  for await (const layer of layers) await layOver(tree, layer, at++, signal);
  return tree;
}

/** Whiteouts come first, wherever they stand: they are meant for lower layers alone. */
export async function layOver(
  tree: RootTree,
  { name, entries }: LaidLayer,
  layer: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const own = new Set<string>(entries.flatMap((entry) => (isWhiteout(entry) ? [] : [entry.path])));
  tree.begin(name, layer);
  for (const [index, entry] of [...entries.entries()].sort(([, a], [, b]) => rank(a) - rank(b))) {
    checkSignal(signal);
    await giveTurn();
    if (isWhiteout(entry)) tree.takeAway(entry, own);
    else tree.put(entry, index);
  }
}

function rank(entry: LayerEntry): number {
  return isWhiteout(entry) ? 0 : 1;
}

function isWhiteout(entry: LayerEntry): entry is Whiteout {
  return entry.kind === 'whiteout' || entry.kind === 'opaque';
}
