import {
  BlockPackError,
  checkSignal,
  collect,
  type Digest,
  digestHex,
  documentLimit,
  imageDocumentKind,
  isDigest,
  parseImageManifest,
} from '@block-pack/core';
import { isSavedImage, savedEnd } from './cosign-kinds.ts';
import type { Images, ListedImage } from './images.ts';

/**
 * What speaks of these images in the place they are in, such as signatures, attestations and bills of materials: it belongs to them, and nothing in them
 * leads there. What speaks of that in turn comes with it. An entry that lacks, or that cannot be read, speaks of nothing.
 * @param digests of manifests and indexes
 * @returns entries of the place, in its order; those that `cosign save` wrote have the tags that they would have in a registry
 * @see https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md#tag-based-discovery
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema
 */
export async function accompanying(
  images: Pick<Images, 'list' | 'blobs'>,
  digests: readonly Digest[],
  signal?: AbortSignal,
): Promise<readonly ListedImage[]> {
  const listed = await images.list();
  const subjects = new Map<ListedImage, readonly Digest[]>();
  for (const entry of listed) {
    checkSignal(signal);
    const saved = savedSubject(entry, listed);
    subjects.set(entry, [
      ...(saved === undefined ? taggedSubjects(entry) : [saved]),
      ...(await namedSubject(entry, images)),
    ]);
  }
  const known = new Set(digests);
  const found = new Set<ListedImage>();
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const [entry, of] of subjects) {
      if (known.has(entry.descriptor.digest) || !of.some((one) => known.has(one))) continue;
      found.add(entry);
    }
    for (const { descriptor } of found) known.add(descriptor.digest);
  }
  return listed.filter((entry) => found.has(entry)).map((entry) => withTag(entry, listed));
}

/** Cosign's names, and the one that stands for a list of referrers where a registry cannot give it. */
const tag = /(?:^|:)sha256-([0-9a-f]{64})(?:\.(?:sig|att|sbom))?$/;

/** True for an entry that says by its names, or by the kind that cosign gave it, that it speaks of another one. */
export function isCompanion(entry: ListedImage): boolean {
  const { names } = entry;
  return isSavedCompanion(entry) || (names.length > 0 && names.every((name) => tag.test(name)));
}

/** True for what `cosign save` wrote beside an image; its name, if it has one, is that of the image, unless it was given a tag of its own since. */
export function isSavedCompanion(entry: ListedImage): boolean {
  return savedEnd(entry.descriptor) !== undefined && !entry.names.some((name) => tag.test(name));
}

/** Such a layout has one image; where somebody joined several, they have names. */
function savedSubject(entry: ListedImage, listed: readonly ListedImage[]): Digest | undefined {
  if (!isSavedCompanion(entry)) return undefined;
  const images = listed
    .filter((one) => isSavedImage(one.descriptor))
    .filter(({ names }) => entry.names.length === 0 || names.some((name) => entry.names.includes(name)));
  const [digest, ...others] = new Set(images.map(({ descriptor }) => descriptor.digest));
  return others.length === 0 ? digest : undefined;
}

function withTag(entry: ListedImage, listed: readonly ListedImage[]): ListedImage {
  const subject = savedSubject(entry, listed);
  if (subject === undefined) return entry;
  return { ...entry, names: [`sha256-${digestHex(subject)}.${savedEnd(entry.descriptor)}`] };
}

function taggedSubjects({ names }: ListedImage): readonly Digest[] {
  return names.map((name) => `sha256:${tag.exec(name)?.[1]}`).filter(isDigest);
}

/** What a manifest says itself. @see https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#image-manifest-property-descriptions */
async function namedSubject(
  { descriptor }: ListedImage,
  { blobs }: Pick<Images, 'blobs'>,
): Promise<readonly Digest[]> {
  const { mediaType, digest, size } = descriptor;
  if (imageDocumentKind(mediaType) !== 'manifest' || size > documentLimit) return [];
  try {
    const name = `The manifest ${digestHex(digest)}`;
    const bytes = await collect(blobs.read(digest), documentLimit, name);
    const { subject } = parseImageManifest(bytes, name, mediaType);
    return subject === undefined ? [] : [subject.digest];
  } catch (error) {
    if (error instanceof BlockPackError) return [];
    throw error;
  }
}
