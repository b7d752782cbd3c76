import { BlockPackError } from './error.ts';
import { compareBytewise, type ImagePath, joinImagePath } from './image-path.ts';
import type { Placement, Warning } from './packer.ts';
import { TreeOrder } from './tree.ts';

/**
 * Every path that the placements fill, sorted; a look at all of them together, since each block knows only its own.
 * Warns of names that would fall together on a file system that ignores case or Unicode normalisation.
 * @throws IMPORT_COLLISION when a path is filled twice, or lies below one that is a file or a link
 */
export function placedPaths(
  placements: readonly Placement[],
  warn: (warning: Warning) => void,
): readonly ImagePath[] {
  const paths = placements.flatMap(pathsOf).sort(compareBytewise);
  const order = new TreeOrder(
    (message) =>
      new BlockPackError('IMPORT_COLLISION', `Two imports do not fit together: ${message}`, {
        hint: 'Give the inputs different prefixes (pack them one by one with --prefix), or remove one of the two.',
      }),
  );
  for (const path of paths) order.next(path);
  warnOfLookalikes(paths, warn);
  return paths;
}

function pathsOf({ path, content }: Placement): ImagePath[] {
  if (content.kind === 'file') return [path];
  return content.entries.map((entry) => joinImagePath(path, entry.path));
}

function warnOfLookalikes(paths: readonly ImagePath[], warn: (warning: Warning) => void): void {
  const seen = new Map<string, ImagePath>();
  for (const path of paths) {
    const folded = path.normalize('NFC').toLowerCase();
    const other = seen.get(folded);
    if (other === undefined) seen.set(folded, path);
    else {
      warn({
        code: 'NAMES_FALL_TOGETHER',
        message: `${JSON.stringify(other)} and ${JSON.stringify(path)} are one name on file systems that ignore case or Unicode normalisation`,
      });
    }
  }
}
