import { readFileSync, statSync } from 'node:fs';
import { BlockPackError, type Digest, isDigest, mapOf } from '@block-pack/core';
import * as v from 'valibot';
import { names } from './blob-files.ts';
import { errnoOf } from './disk-error.ts';
import type { StoreLayout } from './layout.ts';

/** The annotation that holds a tag. @see https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md */
export const refName = 'org.opencontainers.image.ref.name';

const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const descriptor = v.looseObject({
  mediaType: v.string(),
  digest: v.string(),
  size,
  artifactType: v.optional(v.string()),
  annotations: v.optional(mapOf(v.string())),
});
const storeIndex = v.looseObject({ schemaVersion: v.literal(2), manifests: v.array(descriptor) });

/** An entry of the index, with whatever fields other tools gave it. */
export type IndexEntry = v.InferOutput<typeof descriptor>;
/** @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md */
export type StoreIndex = v.InferOutput<typeof storeIndex>;

export const indexMediaType = 'application/vnd.oci.image.index.v1+json';

/** Bytes. 100,000 tags take about 40 MB. */
const largest = 64 << 20;

/**
 * A store that is just being made has no index yet, which is as good as an empty one. One that has blobs has lost it: were that taken for an
 * empty one, gc would remove them all.
 * @throws STORE_INVALID
 */
export function readIndex(layout: StoreLayout): StoreIndex {
  const index = readIfThere(layout);
  if (index !== undefined) return index;
  if (!hasBlobs(layout)) return { schemaVersion: 2, mediaType: indexMediaType, manifests: [] };
  // Its making may have ended, and the first blob have come, since we looked.
  const made = readIfThere(layout);
  if (made !== undefined) return made;
  throw indexError(layout, `${layout.index} is missing, though the store has blobs`);
}

function readIfThere(layout: StoreLayout): StoreIndex | undefined {
  try {
    if (statSync(layout.index).size > largest)
      throw indexInvalid(layout, `it has more than ${largest} bytes`);
    return parseIndex(readFileSync(layout.index, 'utf8'), layout);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function hasBlobs(layout: StoreLayout): boolean {
  return names(layout.blobs).some((hex) => isDigest(`sha256:${hex}`));
}

function parseIndex(text: string, layout: StoreLayout): StoreIndex {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw indexInvalid(layout, 'it is not JSON', cause);
  }
  const parsed = v.safeParse(storeIndex, json);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const where = v.getDotPath(issue) ?? 'the document';
  throw indexInvalid(layout, `${where}: expected ${issue.expected}, found ${issue.received}`);
}

/** @throws STORE_INVALID for what another tool has nested deeper than JSON can be written here */
export function indexText(layout: StoreLayout, index: StoreIndex): string {
  try {
    return `${JSON.stringify(index, undefined, 2)}\n`;
  } catch (cause) {
    throw cause instanceof RangeError ? indexInvalid(layout, 'it is nested too deeply', cause) : cause;
  }
}

function indexInvalid(layout: StoreLayout, flaw: string, cause?: unknown): BlockPackError {
  return indexError(layout, `${layout.index} is no image index: ${flaw}`, cause);
}

function indexError(layout: StoreLayout, message: string, cause?: unknown): BlockPackError {
  return new BlockPackError('STORE_INVALID', message, {
    hint: 'Restore it from a backup. Without one the tags are lost: write {"schemaVersion":2,"manifests":[]} into it, and pack every input again before you run gc, which would remove their blobs.',
    details: { path: layout.index },
    cause,
  });
}

/** The name under which an entry can be asked for; entries of other tools may have none. */
export function tagOf(entry: IndexEntry): string | undefined {
  return entry.annotations?.[refName];
}

export function digestOfEntry(entry: { readonly digest: string }): Digest | undefined {
  return isDigest(entry.digest) ? entry.digest : undefined;
}
