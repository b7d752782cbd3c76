import { BlockPackError } from './error.ts';
import { compareBytewise, type ImagePath, joinImagePath } from './image-path.ts';
import type { Placement, Warning } from './packer.ts';
import { TreeOrder } from './tree.ts';

/**
 * Looks at every path that the placements fill, all together, since each block knows only its own.
 * Warns of names that would fall together on a file system that ignores case or Unicode normalisation.
 * @param origins the name of the input that each placement comes from, for messages
 * @throws IMPORT_COLLISION when a path is filled twice, or lies below one that is a file or a link
 */
export function checkPlacedPaths(
  placements: readonly Placement[],
  origins: readonly string[],
  warn: (warning: Warning) => void,
): void {
  const filled = placements.flatMap((placement, at) =>
    pathsOf(placement).map((path): Filled => ({ path, origin: origins[at] ?? '' })),
  );
  filled.sort((a, b) => compareBytewise(a.path, b.path));
  const order = new TreeOrder((message) => collision(message, filled));
  for (const { path } of filled) order.next(path);
  warnOfLookalikes(filled, warn);
}

interface Filled {
  readonly path: ImagePath;
  readonly origin: string;
}

function collision(message: string, filled: readonly Filled[]): BlockPackError {
  const named = filled.filter(({ path }) => message.includes(JSON.stringify(path)));
  const origins = [...new Set(named.map(({ origin }) => origin))];
  return new BlockPackError(
    'IMPORT_COLLISION',
    `Two imports do not fit together: ${message} (from ${origins.join(' and ')})`,
    {
      hint: 'Pack the inputs one by one with different prefixes (--prefix), or remove one of the two.',
      details: { inputs: origins },
    },
  );
}

function pathsOf({ path, content }: Placement): ImagePath[] {
  if (content.kind === 'file') return [path];
  const inside = content.kind === 'made' ? content.paths : content.entries.map((entry) => entry.path);
  return inside.map((one) => joinImagePath(path, one));
}

function warnOfLookalikes(filled: readonly Filled[], warn: (warning: Warning) => void): void {
  const seen = new Map<string, ImagePath>();
  for (const { path } of filled) {
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
