import {
  type BlobSource,
  BlockPackError,
  checkSignal,
  collect,
  type Digest,
  isDigest,
} from '@block-pack/core';
import * as v from 'valibot';
import { type StoreIndex, tagOf } from './index-file.ts';
import { giveTurn } from './turn.ts';

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

/** A reference, and whether its target may lack by rights. */
type Lead = Reference & { readonly optional: boolean };
type Found = { digest: Digest; sizes: Set<number>; tags: Set<string>; optional: boolean };

/** Everything the index leads to. @throws INTERRUPTED */
export async function findReferences(
  source: BlobSource,
  index: StoreIndex,
  signal: AbortSignal | undefined,
): Promise<References> {
  const needed = new Map<Digest, Found>();
  const inside = new Map<Digest, readonly Lead[] | string>();
  for (const entry of index.manifests) {
    const tag = tagOf(entry) ?? entry.digest;
    const queue: Lead[] = [{ ...entry, optional: false }];
    const followed = new Set<Digest>();
    for (let lead = queue.pop(); lead !== undefined; lead = queue.pop()) {
      checkSignal(signal);
      await giveTurn();
      const { digest, mediaType } = lead;
      // What has another algorithm's digest does not lie among our blobs.
      if (!isDigest(digest)) continue;
      note(needed, digest, lead, tag);
      if (followed.has(digest) || !manifestTypes.test(mediaType)) continue;
      followed.add(digest);
      const leads = inside.get(digest) ?? (await lookInto(source, digest));
      inside.set(digest, leads);
      // One by one: as the arguments of a call, some hundred thousand are too many.
      if (typeof leads !== 'string') for (const found of leads) queue.push(found);
    }
  }
  const unreadable = [...inside].flatMap(([digest, reason]) =>
    typeof reason === 'string' ? { digest, reason, tags: [...(needed.get(digest)?.tags ?? [])] } : [],
  );
  return { needed, unreadable };
}

function note(needed: Map<Digest, Found>, digest: Digest, lead: Lead, tag: string): void {
  let known = needed.get(digest);
  if (known === undefined) {
    known = { digest, sizes: new Set(), tags: new Set(), optional: true };
    needed.set(digest, known);
  }
  if (lead.size !== undefined) known.sizes.add(lead.size);
  known.tags.add(tag);
  known.optional &&= lead.optional;
}

/** What a manifest leads to; or why that cannot be known. A missing one leads nowhere. */
async function lookInto(source: BlobSource, digest: Digest): Promise<readonly Lead[] | string> {
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
