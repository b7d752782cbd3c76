import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';

/**
 * What a symbolic link says, so that it means the same in another directory and on another machine: names joined by `/`, and a path from
 * where the link lies instead of the absolute one, as long as that leads to something below the root. Windows has only absolute ones for
 * directories, if nobody may make others (junctions); some tools write them everywhere.
 * @param where the link's own path
 * @param root a real path
 * @returns the target as it is when it leads out
 */
export function portableTarget(target: string, where: string, root: string): string {
  if (!isAbsolute(target)) return target.replaceAll(sep, '/');
  // What `..` behind a link means only the system can tell.
  if (target.split(sep).includes('..')) return target;
  const inside = belowRoot(target, root);
  if (inside === undefined) return target;
  return relative(dirname(where), resolve(root, inside)).replaceAll(sep, '/') || '.';
}

/** The path below the root, which may also be written with links in it. */
function belowRoot(target: string, root: string): string | undefined {
  const whole = resolve(target);
  if (whole === root || whole.startsWith(root.endsWith(sep) ? root : root + sep))
    return relative(root, whole);
  let inside: string | undefined;
  for (let above = whole; dirname(above) !== above; above = dirname(above)) {
    if (realPathOf(above) === root) inside = relative(above, whole);
  }
  return inside;
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    // It leads nowhere, or may not be looked at; then it is not where we have just read.
    return undefined;
  }
}
