import type { Descriptor } from '../blob.ts';
import { type Digest, parseDigest } from '../digest.ts';
import { BlockPackError } from '../error.ts';
import { checkTreePath, compareBytewise, type ImagePath, parseImagePath } from '../image-path.ts';
import { type Import, type ImportManifest, importKind } from '../import-manifest.ts';
import { decodeToken, encodeToken, splitTokens } from '../manifest-token.ts';
import type { TarOwner } from '../tar-header.ts';
import { type EncodingId, parseEncoding } from './encoding.ts';

/** Mode (permission bits, such as 0o755) and owner of a directory, as a layer says them. */
export type DirectoryOwner = TarOwner;

/** What a directory has when nothing else is said. */
export const defaultOwner: DirectoryOwner = { mode: 0o755, uid: 0, gid: 0 };

/** How a layer was made from its imports, so that anybody can make it again, or read a part of it. */
export interface LayerRecipe {
  /** The layer's blob. */
  readonly layer: Descriptor;
  /** Digest of the tar inside. */
  readonly diffId: Digest;
  readonly encoding: EncodingId;
  /** Bytes of the first gzip member, which holds the directories. */
  readonly head: number;
  /** Directories that are not as {@link defaultOwner} says, sorted by path. */
  readonly directories: ReadonlyMap<ImagePath, DirectoryOwner>;
  /** For every import, in the manifest's order. */
  readonly segments: readonly SegmentRecipe[];
}

export interface SegmentRecipe {
  /** Bytes of the import's gzip member. */
  readonly packed: number;
  /** Empty directories of a tree block, relative to its root and sorted: the segment does not hold them. */
  readonly empty: readonly string[];
}

/**
 * The recipe that a manifest carries; undefined for one that was never in an image.
 * @throws MANIFEST_INVALID, INPUT_UNSUPPORTED
 */
export function layerRecipe(manifest: ImportManifest): LayerRecipe | undefined {
  const [line, second] = manifest.directives.filter((text) => isDirective(text, 'layer'));
  if (line === undefined) return undefined;
  if (second !== undefined) throw flaw('a second #layer line', second);
  return {
    ...parseLayerLine(line),
    directories: parseDirectories(manifest.directives),
    segments: manifest.imports.map(parseSegment),
  };
}

/** The same for a manifest that must have one. @throws MANIFEST_INVALID, INPUT_UNSUPPORTED */
export function requiredRecipe(manifest: ImportManifest): LayerRecipe {
  const recipe = layerRecipe(manifest);
  if (recipe !== undefined) return recipe;
  throw new BlockPackError(
    'MANIFEST_INVALID',
    `The import manifest of ${manifest.packer} does not say how its layer was made: it has no #layer line`,
    { hint: 'Take the manifest out of an image, or make an image of it first.' },
  );
}

/** The manifest as it stands in an image. A recipe that it had is replaced. */
export function withLayerRecipe(manifest: ImportManifest, recipe: LayerRecipe): ImportManifest {
  const plain = withoutLayerRecipe(manifest);
  const { layer, diffId, encoding, head } = recipe;
  const first = `layer ${layer.digest} size=${layer.size} diffid=${diffId} encoding=${encoding} head=${head}`;
  const directories = [...recipe.directories].sort(([a], [b]) => compareBytewise(a, b));
  return {
    ...plain,
    directives: [first, ...directories.map(encodeDirectory), ...plain.directives],
    imports: plain.imports.map((line, index) => withSegment(line, recipe.segments[index])),
  };
}

/** The manifest as its packer wrote it. */
export function withoutLayerRecipe(manifest: ImportManifest): ImportManifest {
  return {
    ...manifest,
    directives: manifest.directives.filter(
      (text) => !isDirective(text, 'layer') && !isDirective(text, 'dir'),
    ),
    imports: manifest.imports.map((line) => {
      const attributes = new Map(line.attributes);
      attributes.delete('packed');
      attributes.delete('empty');
      return { ...line, attributes };
    }),
  };
}

function isDirective(text: string, name: string): boolean {
  return text === name || text.startsWith(`${name} `);
}

const decimal = '(0|[1-9][0-9]{0,14})';
const layerLine = new RegExp(
  `^layer (sha256:\\S+) size=${decimal} diffid=(sha256:\\S+) encoding=(\\S+) head=${decimal}$`,
);

function parseLayerLine(line: string): Pick<LayerRecipe, 'layer' | 'diffId' | 'encoding' | 'head'> {
  const [, digest, size, diffId, encoding, head] = layerLine.exec(line) ?? [];
  if (digest === undefined || diffId === undefined || encoding === undefined)
    throw flaw('expected #layer <digest> size=<n> diffid=<digest> encoding=<id> head=<n>', line);
  return {
    layer: { digest: parseDigest(digest), size: Number(size) },
    diffId: parseDigest(diffId),
    encoding: parseEncoding(encoding),
    head: Number(head),
  };
}

function parseDirectories(directives: readonly string[]): ReadonlyMap<ImagePath, DirectoryOwner> {
  const directories = new Map<ImagePath, DirectoryOwner>();
  let last = '';
  for (const line of directives.filter((text) => isDirective(text, 'dir'))) {
    const [path, owner] = parseDirectory(line);
    if (last !== '' && compareBytewise(last, path) >= 0)
      throw flaw('#dir lines are not sorted by path, each path once', line);
    directories.set(path, owner);
    last = path;
  }
  return directories;
}

const ownerTokens = new RegExp(`^mode=(0|[1-7][0-7]{0,3}) uid=${decimal} gid=${decimal}$`);

function parseDirectory(line: string): [ImagePath, DirectoryOwner] {
  const [, path = '', ...rest] = splitTokens(line);
  const [, mode, uid, gid] = ownerTokens.exec(rest.join(' ')) ?? [];
  if (mode === undefined) throw flaw('expected #dir <path> mode=<octal> uid=<n> gid=<n>', line);
  const owner = { mode: Number.parseInt(mode, 8), uid: Number(uid), gid: Number(gid) };
  return [parseImagePath(decodeToken(path)), owner];
}

function encodeDirectory([path, { mode, uid, gid }]: [ImagePath, DirectoryOwner]): string {
  return `dir ${encodeToken(path)} mode=${mode.toString(8)} uid=${uid} gid=${gid}`;
}

const number = new RegExp(`^${decimal}$`);

function parseSegment(line: Import): SegmentRecipe {
  const packed = line.attributes.get('packed') ?? '';
  if (!number.test(packed)) throw flaw('expected packed=<n>', line.path);
  const empty = line.attributes.get('empty');
  return { packed: Number(packed), empty: empty === undefined ? [] : parseEmpty(line, empty) };
}

/** A JSON array of tree paths in the one spelling that {@link withSegment} gives it. */
function parseEmpty(line: Import, text: string): readonly string[] {
  const paths = stringArray(text);
  const sorted = paths?.every(
    (path, index) => index === 0 || compareBytewise(paths[index - 1] ?? '', path) < 0,
  );
  if (paths === undefined || paths.length === 0 || !sorted || JSON.stringify(paths) !== text)
    throw flaw('empty= is no sorted list of directories', line.path);
  if (importKind(line) === 'file') throw flaw('a file import has no directories', line.path);
  for (const path of paths) checkTreePath(path);
  return paths;
}

function stringArray(text: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

function withSegment(line: Import, segment: SegmentRecipe | undefined): Import {
  if (segment === undefined) throw new Error(`the recipe says nothing of ${line.path}`);
  const attributes = new Map(line.attributes).set('packed', String(segment.packed));
  if (segment.empty.length > 0) attributes.set('empty', JSON.stringify(segment.empty));
  return { ...line, attributes };
}

function flaw(expected: string, seen: string): BlockPackError {
  const shown = seen.length > 120 ? `${seen.slice(0, 120)}...` : seen;
  return new BlockPackError(
    'MANIFEST_INVALID',
    `The recipe of the layer is not understood at "${shown}": ${expected}`,
    {
      hint: 'Take the manifest from the image again; block-pack wrote it there.',
    },
  );
}
