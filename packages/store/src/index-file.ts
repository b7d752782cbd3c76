import { readFileSync, statSync } from 'node:fs';
import { BlockPackError, type Digest, isDigest } from '@block-pack/core';
import * as v from 'valibot';
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
  annotations: v.optional(v.record(v.string(), v.string())),
});
const storeIndex = v.looseObject({ schemaVersion: v.literal(2), manifests: v.array(descriptor) });

/** An entry of the index, with whatever fields other tools gave it. */
export type IndexEntry = v.InferOutput<typeof descriptor>;
/** @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md */
export type StoreIndex = v.InferOutput<typeof storeIndex>;

export const indexMediaType = 'application/vnd.oci.image.index.v1+json';

/** Bytes. 100,000 tags take about 40 MB. */
const largest = 64 << 20;

/** @throws STORE_INVALID */
export function readIndex(layout: StoreLayout): StoreIndex {
  try {
    if (statSync(layout.index).size > largest)
      throw indexInvalid(layout, `it has more than ${largest} bytes`);
    return parseIndex(readFileSync(layout.index, 'utf8'), layout);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    return { schemaVersion: 2, mediaType: indexMediaType, manifests: [] };
  }
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
  return new BlockPackError('STORE_INVALID', `${layout.index} is no image index: ${flaw}`, {
    hint: 'The blobs are not touched by this. Move the file away, then pack again to write the tags anew.',
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
