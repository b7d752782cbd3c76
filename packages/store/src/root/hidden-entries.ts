import { checkSignal, type ImagePath } from '@block-pack/core';
import { giveTurn } from '../turn.ts';
import { RootTree } from './root-tree.ts';
import { type LaidLayer, layOver, type RootEntry } from './root-view.ts';

/** A layer in its place. */
export interface WatchedLayer extends LaidLayer {
  /** Whether it is told what later layers hide of it. */
  readonly watched: boolean;
}

/** What a layer has, and a later one replaces or takes away. */
export interface HiddenEntry {
  readonly path: ImagePath;
  /** The layer that has it, counted from the lowest, 0. */
  readonly layer: number;
  /** The layer that hides it first. */
  readonly by: number;
  /** Otherwise something else stands there. */
  readonly gone: boolean;
}

/**
 * Files and links of the watched layers that whoever looks at all layers, laid over each other as {@link rootView} does, does not see. A directory with other
 * attributes is none.
 * @throws as {@link rootView}
 */
export async function hiddenEntries(
  layers: AsyncIterable<WatchedLayer>,
  signal?: AbortSignal,
): Promise<readonly HiddenEntry[]> {
  const tree = new RootTree();
  const hidden: HiddenEntry[] = [];
  let seen: RootEntry[] = [];
  let at = 0;
  for await (const layer of layers) {
    await layOver(tree, layer, at, signal);
    const still: RootEntry[] = [];
    for (const one of seen) {
      checkSignal(signal);
      await giveTurn();
      const now = tree.entry(one.path);
      if (now?.layer === one.layer && now.index === one.index) still.push(one);
      else hidden.push({ path: one.path, layer: one.layer, by: at, gone: now === undefined });
    }
    seen = layer.watched ? [...still, ...broughtBy(layer, at, tree)] : still;
    at++;
  }
  return hidden;
}

function* broughtBy({ entries }: LaidLayer, layer: number, tree: RootTree): Iterable<RootEntry> {
  for (const { kind, path } of entries) {
    if (kind === 'directory' || kind === 'whiteout' || kind === 'opaque') continue;
    const placed = tree.entry(path);
    if (placed?.layer === layer) yield placed;
  }
}
