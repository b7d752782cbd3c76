import { constants, gunzipSync } from 'node:zlib';
import type { BlobSource } from '../blob.ts';
import { bytesOf, collect } from '../bytes.ts';
import { readCanonicalTar, writeCanonicalTar } from '../canonical-tar.ts';
import { type Digest, digestOf } from '../digest.ts';
import { BlockPackError } from '../error.ts';
import { compareBytewise } from '../image-path.ts';
import { decodeImportManifest, encodeImportManifest, type ImportManifest } from '../import-manifest.ts';
import { gzipMember } from '../layer/gzip-member.ts';
import { imageAnnotations } from './image-annotations.ts';
import type { ContentDescriptor, ImageManifest } from './image-documents.ts';
import { imageInvalid } from './json-document.ts';
import { isTarLayer, layerCompression } from './media-types.ts';

/** An import manifest as it stands in an image: `/.import.<name>`. */
export interface ImportsFile {
  /** The packer, or what the user called it where two have the same packer. */
  readonly name: string;
  readonly manifest: ImportManifest;
}

/** The layer's gzip bytes and what they are. Specified in docs/format/image.md. */
export interface EncodedImportsLayer {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly size: number;
  readonly diffId: Digest;
}

/** An imports layer that was found in an image. */
export interface FoundImportsLayer {
  /** Its place among the manifest's layers, from 0. */
  readonly layer: number;
  /** In the order of their layers, see {@link layerOrder}. */
  readonly files: readonly ImportsFile[];
}

const prefix = '.import.';
const fileName = /^\.import\.([a-z][a-z0-9-]{0,62})$/;

/**
 * Bytes that the tars of an image's imports layers may have together: 30,000 imports and more, of which the native form could not name as many in a
 * document of 4 MiB. Once read, such text takes up to 20 times as much memory (measured: 212 MB of a hostile 8 MiB).
 */
export const importsLimit = 8 << 20;
/** What cannot be compressed grows by less. */
const packedLimit = importsLimit + (1 << 20);

/** True for what can be the name of an import manifest in an image. */
export function isImportsName(name: string): boolean {
  return fileName.test(`${prefix}${name}`);
}

/**
 * The order in which the layers of import manifests lie: by name, application files above the rest. They change with each release, and whatever
 * lies above a changed layer is unpacked again.
 */
export function layerOrder(a: ImportsFile, b: ImportsFile): number {
  const onTop = ({ manifest }: ImportsFile) => Number(manifest.packer === 'files');
  return onTop(a) - onTop(b) || compareBytewise(a.name, b.name);
}

/** The last layer of an image: the import manifests of the layers before it, and nothing else. @throws as {@link importsTar} */
export async function encodeImportsLayer(
  files: readonly ImportsFile[],
  room = importsLimit,
): Promise<EncodedImportsLayer> {
  const tar = await importsTar(files, room);
  const bytes = await collect(gzipMember(bytesOf(tar), 'gzip-6'), packedLimit, 'The imports layer');
  return { bytes, digest: digestOf(bytes), size: bytes.length, diffId: digestOf(tar) };
}

/**
 * The same before it is packed, and perhaps before the manifests say how their layers were made: then it is shorter, and finds out early what has no room.
 * @param room bytes that the layers below leave, see {@link importsRoom}
 * @throws INPUT_UNSUPPORTED for more than these
 */
export async function importsTar(files: readonly ImportsFile[], room = importsLimit): Promise<Uint8Array> {
  const entries = files.map(({ name, manifest }) => {
    const text = new TextEncoder().encode(encodeImportManifest(manifest));
    const read = () => bytesOf(text);
    return { kind: 'file', path: `${prefix}${name}`, size: text.length, executable: false, read } as const;
  });
  const tar = await collect(writeCanonicalTar(entries), Number.MAX_SAFE_INTEGER, 'The imports layer');
  if (tar.length > room) throw noRoom(tar.length, room);
  return tar;
}

function noRoom(size: number, room: number): BlockPackError {
  const taken = importsLimit - room;
  const left = taken === 0 ? `${room}` : `${room} beside the ${taken} of its base`;
  return new BlockPackError(
    'INPUT_UNSUPPORTED',
    `The import manifests of the image would have at least ${size} bytes, and it can have ${left}`,
    { hint: 'Put fewer imports into the image.', details: { size, limit: room } },
  );
}

/**
 * Bytes that the imports layers of an image leave to one more.
 * @throws IMAGE_INVALID, BLOB_MISSING, DIGEST_MISMATCH
 */
export async function importsRoom(manifest: ImageManifest, blobs: BlobSource, name: string): Promise<number> {
  let room = importsLimit;
  for await (const { tar } of unpackedImports(manifest, blobs, name)) room -= tar.length;
  return room;
}

/**
 * The imports layers of an image, lowest first: one for each time that block-pack built upon it. Found by annotation, or else by the names of the
 * files in it.
 * @param name the image, for messages
 * @throws IMAGE_INVALID, MANIFEST_INVALID, BLOB_MISSING, DIGEST_MISMATCH
 */
export async function readImportsLayers(
  manifest: ImageManifest,
  blobs: BlobSource,
  name: string,
): Promise<readonly FoundImportsLayer[]> {
  const found: FoundImportsLayer[] = [];
  for await (const { layer, tar, where, marked } of unpackedImports(manifest, blobs, name)) {
    const files = await readFiles(tar, where, marked);
    if (files !== undefined) found.push({ layer, files });
  }
  return found;
}

interface UnpackedImports {
  readonly layer: number;
  readonly tar: Uint8Array;
  /** For messages. */
  readonly where: string;
  /** By its annotation; another tool's layer may only look like one. */
  readonly marked: boolean;
}

async function* unpackedImports(
  manifest: ImageManifest,
  blobs: BlobSource,
  name: string,
): AsyncIterable<UnpackedImports> {
  let room = importsLimit;
  for (const [layer, descriptor] of manifest.layers.entries()) {
    const marked = descriptor.annotations?.[imageAnnotations.layer] === 'imports';
    if (!marked && !(await looksLikeImports(descriptor, blobs))) continue;
    const where = `${name}, layer ${descriptor.digest}`;
    if (descriptor.size > packedLimit) throw tooMuchText(where);
    const packed = await collect(blobs.read(descriptor.digest), packedLimit, where);
    const tar = unpacked(packed, descriptor, where, room);
    room -= tar.length;
    yield { layer, tar, where, marked };
  }
}

/** Enough of a gzip stream for the first header of the tar inside. */
const peekSize = 4096;

async function looksLikeImports(descriptor: ContentDescriptor, blobs: BlobSource): Promise<boolean> {
  const { mediaType, annotations, digest, size } = descriptor;
  if (annotations?.[imageAnnotations.imports] !== undefined || !isTarLayer(mediaType)) return false;
  const compression = layerCompression(mediaType, digest);
  if (compression === 'zstd') return false;
  const range = { offset: 0, length: Math.min(peekSize, size) };
  const start = await collect(blobs.read(digest, range), peekSize, digest);
  const tar = compression === 'none' ? start : gunzippedStart(start);
  return new TextDecoder().decode(tar.subarray(0, prefix.length)) === prefix;
}

function gunzippedStart(bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    // Not gzip, so none of ours; whoever unpacks it says so.
    return new Uint8Array();
  }
}

/** @returns undefined for an unmarked layer that another tool made, whatever it calls `.import.` */
async function readFiles(
  tar: Uint8Array,
  name: string,
  marked: boolean,
): Promise<readonly ImportsFile[] | undefined> {
  const texts = await textsIn(tar, name).catch((cause: unknown) => {
    if (!(cause instanceof BlockPackError)) throw cause;
    if (marked) throw imageInvalid(name, 'it is marked as an imports layer, and is none', cause);
    return undefined;
  });
  const files = texts?.map(([file, text]) => ({
    name: file.slice(prefix.length),
    manifest: decodeImportManifest(text, `/${file} of ${name}`),
  }));
  return files?.sort(layerOrder);
}

/** @param room bytes that may come out */
function unpacked(
  packed: Uint8Array,
  { mediaType }: ContentDescriptor,
  name: string,
  room: number,
): Uint8Array {
  const tar = layerCompression(mediaType, name) === 'none' ? packed : gunzipped(packed, name, room);
  if (tar.length > room) throw tooMuchText(name);
  return tar;
}

function gunzipped(packed: Uint8Array, name: string, room: number): Uint8Array {
  try {
    return gunzipSync(packed, { maxOutputLength: Math.max(room, 1) });
  } catch (cause) {
    if (cause instanceof RangeError) throw tooMuchText(name);
    throw imageInvalid(name, 'it cannot be unpacked with gzip', cause);
  }
}

function tooMuchText(name: string): BlockPackError {
  return imageInvalid(name, `the image has more than ${importsLimit} bytes of import manifests`);
}

async function textsIn(tar: Uint8Array, name: string): Promise<[file: string, text: string][]> {
  const texts: [string, string][] = [];
  for await (const entry of readCanonicalTar(bytesOf(tar), name)) {
    if (entry.kind !== 'file' || !fileName.test(entry.path)) {
      throw imageInvalid(name, `it holds ${JSON.stringify(entry.path)}, which is no import manifest`);
    }
    const bytes = await collect(entry.read(), importsLimit, entry.path);
    texts.push([entry.path, utf8(bytes, `/${entry.path} of ${name}`)]);
  }
  return texts;
}

function utf8(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new BlockPackError('MANIFEST_INVALID', `${name} is not UTF-8 text`, { cause });
  }
}
