import { BlockPackError, type ErrorCode, type ImagePath, parseImagePath } from '@block-pack/core';
import type { TarEntry } from './layer-tar.ts';

/**
 * One entry of a layer, as its tar says it and before any other layer is looked at.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md
 */
export type LayerEntry = LayerObject | LayerHardLink | Whiteout;

/** What is laid over the layers below. */
export type LayerObject = LayerFile | LayerDirectory | LayerSymlink | LayerSpecial;

/** Owner, mode and time of an entry. */
export interface LayerAttributes {
  readonly path: ImagePath;
  /** Twelve bits: set-uid, set-gid, sticky, and three times three. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970, perhaps with a fraction. */
  readonly mtime: number;
  /** Names of the extended attributes; their values are not kept, since nothing here can set them. */
  readonly xattrs: readonly string[];
}

export interface LayerFile extends LayerAttributes {
  readonly kind: 'file';
  /** Bytes. */
  readonly size: number;
}

export interface LayerDirectory extends LayerAttributes {
  readonly kind: 'directory';
}

export interface LayerSymlink extends LayerAttributes {
  readonly kind: 'symlink';
  /** As the link says it: absolute, relative, dangling or leading out; never followed on the disk. */
  readonly target: string;
}

/** What only a runtime can make. */
export interface LayerSpecial extends LayerAttributes {
  readonly kind: 'device' | 'fifo';
}

/** Another name of what stands at `target`, in this layer or in one below. */
export interface LayerHardLink {
  readonly kind: 'hardlink';
  readonly path: ImagePath;
  readonly target: ImagePath;
}

/** Takes away what the layers below have at `path`; an opaque one takes away what they have inside of it. */
export interface Whiteout {
  readonly kind: 'whiteout' | 'opaque';
  readonly path: ImagePath;
}

const whiteoutPrefix = '.wh.';
const opaqueName = '.wh..wh..opq';
/** What the file system AUFS kept for itself stood in images of its time, and is passed over by everybody. */
const aufsPrefix = '.wh..wh.';

/**
 * @param layer names the layer in messages
 * @returns undefined for what no runtime makes a file of
 * @throws ARCHIVE_INVALID, NAME_UNSUPPORTED
 */
export function layerEntryOf(entry: Omit<TarEntry, 'content'>, layer: string): LayerEntry | undefined {
  const path = layerPath(entry.name, layer);
  const names = path.slice(1).split('/');
  const name = names.at(-1) ?? '';
  if (name === opaqueName) return { kind: 'opaque', path: parentOf(path) };
  if (names.some((one) => one.startsWith(aufsPrefix))) return undefined;
  if (name.startsWith(whiteoutPrefix)) return { kind: 'whiteout', path: hiddenBy(path, name, layer) };
  const { mode, uid, gid, mtime, xattrs } = entry;
  const attributes = { path, mode, uid, gid, mtime, xattrs };
  if (path === '/' && entry.type !== 'directory') throw layerInvalid(layer, `its root is a ${entry.type}`);
  switch (entry.type) {
    case 'file':
      return { kind: 'file', ...attributes, size: entry.size };
    case 'directory':
      return { kind: 'directory', ...attributes };
    case 'symlink':
      return { kind: 'symlink', ...attributes, target: linkTarget(entry, layer) };
    case 'hardlink':
      return { kind: 'hardlink', path, target: layerPath(entry.link, layer) };
    case 'device':
    case 'fifo':
      return { kind: entry.type, ...attributes };
  }
}

/** `./a`, `/a` and `a/` are the same path for everybody who unpacks layers; `..` and NUL stand in no honest one. */
function layerPath(name: string, layer: string): ImagePath {
  const names = name.split('/').filter((one) => one !== '' && one !== '.');
  try {
    return parseImagePath(`/${names.join('/')}`);
  } catch (cause) {
    throw layerInvalid(layer, cause instanceof Error ? cause.message : shown(name), cause);
  }
}

function parentOf(path: ImagePath): ImagePath {
  return parseImagePath(path.slice(0, Math.max(1, path.lastIndexOf('/'))));
}

function hiddenBy(path: ImagePath, name: string, layer: string): ImagePath {
  const hidden = name.slice(whiteoutPrefix.length);
  if (['', '.', '..'].includes(hidden))
    throw layerInvalid(layer, `the whiteout ${shown(path)} hides no name`);
  return parseImagePath(`${path.slice(0, -name.length)}${hidden}`);
}

/** PATH_MAX less the NUL. */
const targetLimit = 4095;

function linkTarget({ name, link }: Pick<TarEntry, 'name' | 'link'>, layer: string): string {
  const fits = link !== '' && !link.includes('\0') && Buffer.byteLength(link) <= targetLimit;
  if (fits) return link;
  throw layerInvalid(layer, `the symbolic link ${shown(name)} leads to ${shown(link)}`);
}

/** A path for a message: quoted, and not longer than a line. */
export function shown(path: string): string {
  return JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}...` : path);
}

export function layerInvalid(
  layer: string,
  flaw: string,
  cause?: unknown,
  code: ErrorCode = 'ARCHIVE_INVALID',
): BlockPackError {
  return new BlockPackError(code, `The layer ${layer} cannot be unpacked: ${flaw}`, {
    hint: 'Pull or build the image again; where that does not help, whoever made the layer must make it anew.',
    details: { layer },
    cause,
  });
}
