import type { TreeEntry } from '@block-pack/core';
import type { InstalledLayout } from './installed.ts';
import { below } from './scheme.ts';

/** What becomes of a file that no distribution owns. */
export type UnownedPlace =
  | { readonly kind: 'kept'; readonly path: string }
  | { readonly kind: 'left out'; readonly reason: string };

const ofEnvironment =
  /^(pyvenv\.cfg|\.gitignore|\.lock|CACHEDIR\.TAG|lib64|Include|include|share|(bin|Scripts)\/([Aa]ctivate(\.[a-z0-9]+|_this\.py)?|activate_this\.py|deactivate\.(bat|csh|nu)|pydoc\.bat|(python|pypy)w?[\d.]*t?(\.exe)?))$/;
/** Keeps environments made by virtualenv and uv working; means nothing without them. */
const ofVirtualenv = /^_virtualenv\.(pth|py)$/;

/** Files of the environment itself stay behind; what somebody has put beside the distributions is kept. */
export function unownedPlace(entry: TreeEntry, layout: InstalledLayout): UnownedPlace {
  const { path } = entry;
  const leave = (reason: string): UnownedPlace => ({ kind: 'left out', reason });
  if (/(^|\/)__pycache__(\/|$)/.test(path)) return leave('compiled, anew by every installation');
  if (entry.kind === 'directory') return leave('an empty directory of no distribution');
  if (layout.kind === 'target')
    return path === '.lock' ? leave("the installer's lock") : { kind: 'kept', path };
  const modules = below(layout.sitePackages, path);
  if (modules === undefined)
    return ofEnvironment.test(path)
      ? leave('belongs to the virtual environment')
      : { kind: 'kept', path: path.replace(/^Scripts\//, 'bin/') };
  if (ofVirtualenv.test(modules)) return leave('belongs to the virtual environment');
  return { kind: 'kept', path: modules };
}
