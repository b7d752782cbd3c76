import { BlockPackError } from './error.ts';

declare const brand: unique symbol;

/** An absolute path inside an image: `/`, no empty, `.` or `..` names, no NUL, well-formed Unicode, no `/` at the end. */
export type ImagePath = string & { readonly [brand]: true };

/** Bytes of one name: the limit of every Linux file system. */
export const nameLimit = 255;

/** Bytes of a whole path: PATH_MAX less the NUL. */
export const pathLimit = 4095;

/** @throws PATH_INVALID */
export function parseImagePath(text: string): ImagePath {
  if (text === '/') return text as ImagePath;
  const flaw = text.startsWith('/') ? pathFlaw(text.slice(1)) : 'it does not begin with /';
  if (flaw === undefined) return text as ImagePath;
  throw new BlockPackError('PATH_INVALID', `${JSON.stringify(text)} is no path inside an image: ${flaw}`, {
    hint: 'Expected an absolute path such as /app/lib, without empty, "." or ".." names.',
    details: { path: text },
  });
}

/** @throws PATH_INVALID when `relative` is not a clean relative path */
export function joinImagePath(base: ImagePath, relative: string): ImagePath {
  return parseImagePath(base === '/' ? `/${relative}` : `${base}/${relative}`);
}

/**
 * A path relative to a tree's root: names joined by `/`, none of them empty, `.` or `..`.
 * @throws PATH_INVALID
 */
export function checkTreePath(path: string): void {
  const flaw = pathFlaw(path);
  if (flaw === undefined) return;
  throw new BlockPackError('PATH_INVALID', `${JSON.stringify(path)} cannot stand in a block: ${flaw}`, {
    details: { path },
  });
}

/**
 * A symbolic link must stay inside the tree it is part of, whatever other links the tree holds. So its target is relative, and `..`
 * stands only at its beginning: after a name, `..` would depend on where another link leads.
 * @param where what the link is in, for messages
 * @throws LINK_ESCAPES
 */
export function checkLinkTarget(path: string, target: string, where = 'the tree'): void {
  const flaw = targetFlaw(path, target);
  if (flaw === undefined) return;
  throw new BlockPackError(
    'LINK_ESCAPES',
    `The symbolic link ${JSON.stringify(path)} -> ${JSON.stringify(target)} in ${where} cannot be packed: ${flaw}`,
    {
      hint: 'Replace the link by what it leads to (cp -L), or let it lead to something inside the input by a relative path.',
      details: { path, target },
    },
  );
}

function targetFlaw(path: string, target: string): string | undefined {
  if (target.startsWith('/')) return 'its target is an absolute path';
  const names = target.split('/').filter((name) => name !== '.' && name !== '');
  const climbs = names.findIndex((name) => name !== '..');
  const up = climbs === -1 ? names.length : climbs;
  if (up > path.split('/').length - 1) return 'it leads out';
  const down = names.slice(up);
  if (down.includes('..')) return '".." stands behind a name in its target';
  if (target === '') return 'its target is empty';
  if (down.length === 0) return undefined;
  return pathFlaw(down.join('/')) ?? (utf8Length(target) > pathLimit ? 'its target is too long' : undefined);
}

function pathFlaw(path: string): string | undefined {
  if (!path.isWellFormed()) return 'it is not well-formed Unicode';
  if (path.includes('\0')) return 'it holds a NUL';
  if (utf8Length(path) > pathLimit) return `it has more than ${pathLimit} bytes`;
  for (const name of path.split('/')) {
    if (name === '') return 'a name in it is empty';
    if (name === '.' || name === '..') return `it holds "${name}"`;
    if (utf8Length(name) > nameLimit) return `a name in it has more than ${nameLimit} bytes`;
  }
  return undefined;
}

function utf8Length(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** Compares as the UTF-8 bytes of the two do, which is not how JavaScript orders strings beyond the Basic Multilingual Plane. */
export function compareBytewise(a: string, b: string): number {
  if (a === b) return 0;
  for (let i = 0; ; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    if (Number.isNaN(x)) return -1;
    if (Number.isNaN(y)) return 1;
    return codePointRank(x) - codePointRank(y);
  }
}

/** Surrogates stand for code points above U+FFFF, so they rank above U+E000 to U+FFFF. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
