import type { ImagePath } from '@block-pack/core';
import type { LayerFile, LayerSpecial, LayerSymlink } from './layer-entry.ts';
import type { RootDirectory, RootView } from './root-view.ts';

/** A file to be made, with all the names it is to have. */
export interface PlannedFile {
  readonly file: LayerFile;
  readonly paths: readonly ImagePath[];
}

/** What is to be made of a root file system, and from which layer each file comes. */
export interface RootPlan {
  /** Each behind the one that holds it, the root first. */
  readonly directories: readonly RootDirectory[];
  readonly links: readonly LayerSymlink[];
  /** For every layer: its files that no upper layer hides, by their places in its listing. */
  readonly files: readonly ReadonlyMap<number, PlannedFile>[];
  /** Devices and pipes, which cannot be made here. */
  readonly leftOut: readonly LayerSpecial[];
}

/** @param layers how many the root was made of */
export function planRoot(view: RootView, layers: number): RootPlan {
  const directories: RootDirectory[] = [];
  const links: LayerSymlink[] = [];
  const leftOut: LayerSpecial[] = [];
  const files = Array.from(
    { length: layers },
    () => new Map<number, { file: LayerFile; paths: ImagePath[] }>(),
  );
  for (const entry of view.entries()) {
    switch (entry.kind) {
      case 'directory':
        directories.push(entry);
        break;
      case 'symlink':
        links.push(entry);
        break;
      case 'file': {
        const planned = files[entry.layer]?.get(entry.index);
        if (planned === undefined) files[entry.layer]?.set(entry.index, { file: entry, paths: [entry.path] });
        else planned.paths.push(entry.path);
        break;
      }
      case 'device':
      case 'fifo':
        leftOut.push(entry);
    }
  }
  return { directories, links, files, leftOut };
}
