import { type BlobSource, BlockPackError, collect, type Digest, isDigest } from '@block-pack/core';
import * as v from 'valibot';
import { type StoreIndex, tagOf } from './index-file.ts';

/** Bytes of a manifest that is looked into; registries take 4 MiB. */
const largest = 32 << 20;

const descriptor = v.object({
  mediaType: v.optional(v.string(), ''),
  digest: v.string(),
  size: v.optional(v.number()),
});
type Reference = v.InferOutput<typeof descriptor>;

/** All that an image manifest, an artifact manifest or an index can lead to. `blocks`: image-spec issue 1270. */
const manifest = v.object({
  config: v.optional(descriptor),
  layers: v.optional(v.array(descriptor), []),
  blobs: v.optional(v.array(descriptor), []),
  blocks: v.optional(v.array(descriptor), []),
  manifests: v.optional(v.array(descriptor), []),
  subject: v.optional(descriptor),
});

const manifestTypes = /\.(manifest|index)\.(list\.)?v\d+\+json$/;

/** A blob that tags lead to. */
export interface Needed {
  readonly digest: Digest;
  /** Bytes, as the descriptors say; two that disagree are both here. */
  readonly sizes: ReadonlySet<number>;
  /** Tags, or the digests of index entries that have none. */
  readonly tags: ReadonlySet<string>;
  /** True when nothing but `subject` leads to it: it may lack by rights. */
  readonly optional: boolean;
}

export interface References {
  readonly needed: ReadonlyMap<Digest, Needed>;
  /** Manifests that could not be looked into, though they are there: whatever they lead to is not known. */
  readonly unreadable: readonly {
    readonly digest: Digest;
    readonly reason: string;
    readonly tags: readonly string[];
  }[];
}

type Mutable = { digest: Digest; sizes: Set<number>; tags: Set<string>; optional: boolean };

/** Everything the index leads to. */
export async function findReferences(source: BlobSource, index: StoreIndex): Promise<References> {
  const needed = new Map<Digest, Mutable>();
  const looked = new Map<Digest, readonly (Reference & { optional: boolean })[]>();
  const unreadable: { digest: Digest; reason: string; tags: string[] }[] = [];

  for (const entry of index.manifests) {
    const tag = tagOf(entry) ?? entry.digest;
    const queue: (Reference & { optional: boolean })[] = [{ ...entry, optional: false }];
    const seen = new Set<string>();
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const { digest } = next;
      if (!isDigest(digest)) continue;
      note(needed, digest, next, tag);
      if (seen.has(digest) || !manifestTypes.test(next.mediaType)) continue;
      seen.add(digest);
      let inside = looked.get(digest);
      if (inside === undefined) {
        const found = await lookInto(source, digest);
        if (typeof found === 'string') unreadable.push({ digest, reason: found, tags: [tag] });
        inside = typeof found === 'string' ? [] : found;
        looked.set(digest, inside);
      }
      queue.push(...inside);
    }
  }
  return { needed, unreadable };
}

function note(
  needed: Map<Digest, Mutable>,
  digest: Digest,
  reference: Reference & { optional: boolean },
  tag: string,
): void {
  let known = needed.get(digest);
  if (known === undefined) {
    known = { digest, sizes: new Set(), tags: new Set(), optional: true };
    needed.set(digest, known);
  }
  if (reference.size !== undefined) known.sizes.add(reference.size);
  known.tags.add(tag);
  known.optional &&= reference.optional;
}

/** What a manifest leads to; or why that cannot be known. A missing one leads nowhere. */
async function lookInto(
  source: BlobSource,
  digest: Digest,
): Promise<readonly (Reference & { optional: boolean })[] | string> {
  try {
    const bytes = await collect(source.read(digest), largest, `The manifest ${digest}`);
    const { config, layers, blobs, blocks, manifests, subject } = v.parse(
      manifest,
      JSON.parse(new TextDecoder().decode(bytes)),
    );
    const firm = [...(config ? [config] : []), ...layers, ...blobs, ...blocks, ...manifests];
    const inside = firm.map((one) => ({ ...one, optional: false }));
    return subject === undefined ? inside : [...inside, { ...subject, optional: true }];
  } catch (error) {
    if (error instanceof BlockPackError && error.code === 'BLOB_MISSING') return [];
    if (error instanceof BlockPackError) return error.message;
    if (error instanceof SyntaxError || error instanceof v.ValiError)
      return `It is no manifest: ${error.message}`;
    throw error;
  }
}
