import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  BlockPackError,
  collect,
  type Descriptor,
  decodeImportManifest,
  type Import,
  type ImportManifest,
  imageManifestMediaType,
  importManifestMediaType,
  importsArtifactType,
  parseDigest,
} from '@block-pack/core';
import type { Store, Tag } from '@block-pack/store';
import type { CommandContext } from './command.ts';

/** More than any manifest of ours; far less than memory. */
const manifestLimit = 256 << 20;

export interface NamedManifest {
  /** The path or tag it was found under. */
  readonly name: string;
  readonly manifest: ImportManifest;
}

/**
 * An import manifest, as the user names it: a file, or a tag of the store.
 * @param others what the command takes besides, for messages
 * @throws INPUT_MISSING when it is neither; MANIFEST_INVALID
 */
export async function readManifest(
  name: string,
  directory: string,
  store: Store,
  others: readonly string[] = [],
): Promise<NamedManifest> {
  const file = resolve(directory, name);
  if (isFile(file)) return { name, manifest: readManifestFile(file, name) };
  const tags = await store.tags();
  const tag = tags.find((one) => one.name === name);
  if (tag === undefined) throw neitherFileNorTag(name, tags, store, others);
  return { name, manifest: await readTaggedManifest(tag, store) };
}

type OnLine = (line: Import, number: number) => void;

/** @param onLine see {@link decodeImportManifest} @throws INPUT_UNREADABLE, MANIFEST_INVALID */
export function readManifestFile(file: string, name: string, onLine?: OnLine): ImportManifest {
  return decodeManifest(readSmallFile(file, name), name, onLine);
}

/** @throws MANIFEST_INVALID */
export function decodeManifest(bytes: Uint8Array, name: string, onLine?: OnLine): ImportManifest {
  return decodeImportManifest(utf8(bytes, name), name, onLine);
}

function readSmallFile(file: string, name: string): Uint8Array {
  try {
    const { size } = statSync(file);
    if (size <= manifestLimit) return readFileSync(file);
  } catch (cause) {
    throw new BlockPackError('INPUT_UNREADABLE', `${name} cannot be read`, {
      hint: 'Give an import manifest that this user may read.',
      details: { path: file },
      cause,
    });
  }
  throw new BlockPackError(
    'MANIFEST_INVALID',
    `${name} has more than ${manifestLimit} bytes, so it is no import manifest`,
  );
}

/** A name that cannot be a path, such as one longer than a file system takes, is no file either. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The manifest that a tag of ours leads to. @throws STORE_INVALID for a tag of something else */
export async function readTaggedManifest(tag: Tag, store: Store): Promise<ImportManifest> {
  const artifact = await readBlob(tag, store);
  const layer = importManifestLayer(utf8(artifact, tag.name));
  if (layer === undefined) {
    throw new BlockPackError(
      'STORE_INVALID',
      `The tag ${tag.name} is not an import manifest that block-pack made`,
      {
        hint: 'List the tags that are: block-pack ls.',
      },
    );
  }
  return decodeManifest(await readBlob(layer, store), tag.name);
}

/** One damaged tag does not hide the others: it is told, and passed over. */
export async function readTaggedOrWarn(
  tag: Tag,
  store: Store,
  context: CommandContext,
): Promise<ImportManifest | undefined> {
  try {
    return await readTaggedManifest(tag, store);
  } catch (error) {
    if (!(error instanceof BlockPackError)) throw error;
    context.warn({
      code: 'TAG_DAMAGED',
      message: `The tag ${tag.name} cannot be followed: ${error.message}`,
    });
    return undefined;
  }
}

/** True for tags that a pack made; an OCI layout may hold others. */
export function isImportsTag(tag: Tag): boolean {
  return tag.mediaType === imageManifestMediaType && tag.artifactType === importsArtifactType;
}

function importManifestLayer(json: string): Descriptor | undefined {
  const document: unknown = parseJson(json);
  if (!isObject(document) || !Array.isArray(document.layers)) return undefined;
  const layer: unknown = document.layers.find(
    (one: unknown) => isObject(one) && one.mediaType === importManifestMediaType,
  );
  if (!isObject(layer) || typeof layer.digest !== 'string' || typeof layer.size !== 'number')
    return undefined;
  return { digest: parseDigest(layer.digest), size: layer.size };
}

async function readBlob(blob: Descriptor, store: Store): Promise<Uint8Array> {
  return collect(store.read(blob.digest), manifestLimit, blob.digest);
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function utf8(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new BlockPackError('MANIFEST_INVALID', `${name} is no import manifest: it is not UTF-8 text`, {
      hint: 'An image in a file is named by its place, such as oci-archive:FILE; of a bundle, block-pack inspect FILE shows what it brings.',
      cause,
    });
  }
}

function neitherFileNorTag(
  name: string,
  tags: readonly Tag[],
  store: Store,
  others: readonly string[],
): BlockPackError {
  const known = tags.filter(isImportsTag).map((tag) => tag.name);
  const list = known.length === 0 ? 'it has no tags yet' : `its tags: ${known.slice(0, 5).join(', ')}`;
  const all = ['the path of an import manifest such as block-pack/java.import', ...others];
  return new BlockPackError(
    'INPUT_MISSING',
    `${name} is neither a file nor a tag of the store ${store.directory}`,
    {
      hint: `Give ${all.join(', ')}, or a tag (${list}).`,
      details: { name, store: store.directory },
    },
  );
}
