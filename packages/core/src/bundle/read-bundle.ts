import type { BlobSource, ByteRange, Descriptor } from '../blob.ts';
import { type Bytes, bytesOf, collect, type RandomAccess, readRange } from '../bytes.ts';
import { readCanonicalTar } from '../canonical-tar.ts';
import { type Digest, isDigest, Measure, verified } from '../digest.ts';
import { BlockPackError } from '../error.ts';
import { type ContentDescriptor, parseImageIndex, parseImageManifest } from '../image/image-documents.ts';
import { documentLimit } from '../image/json-document.ts';
import { blobMissing } from '../memory-blob-store.ts';
import { signatureArtifactType } from '../signature/bundle-signature.ts';
import { encodeTarHeader, padding } from '../tar-header.ts';
import type { FileEntry, TreeEntry } from '../tree.ts';
import { type BundleDocument, type BundleGroup, bundleInvalid } from './bundle-document.ts';
import {
  bundleArtifactType,
  bundleListMediaType,
  bundleMarker,
  carriedBlobs,
  encodeBundleIndex,
  layoutOf,
} from './bundle-layout.ts';
import { unpackBundleList } from './bundle-list.ts';
import { unpackBundle } from './packed-bundle.ts';

/** A bundle, every byte of which has been checked once. */
export interface OpenBundle {
  readonly document: BundleDocument;
  /** Of the artifact, which stands for the whole: what a signature is over. */
  readonly digest: Digest;
  readonly blobs: BlobSource;
  /** What a group of the list has of the payload. */
  payload(group: BundleGroup): Bytes;
}

/**
 * Reads a bundle once from front to back: it is, packed or not, a canonical tar of blobs that are what their names say, and of small files that follow from its
 * list and its payload. So whoever changes a bit anywhere is found here.
 * @param name of the bundle, for messages
 * @throws BUNDLE_INVALID, INPUT_UNSUPPORTED for what a newer version made, IMAGE_INVALID
 */
export async function readBundle(file: RandomAccess, name: string): Promise<OpenBundle> {
  const source = await unpackBundle(file, name);
  const parts = await partsOf(source, name);
  const small = (path: string) => smallFile(source, parts, path, name);
  if (Buffer.compare(await small('oci-layout'), bundleMarker) !== 0)
    throw bundleInvalid(name, 'its oci-layout is another one');
  const index = await small('index.json');
  const blobs = new TarBlobs(source, parts, name);
  const { document, list, digest, payload, signatures } = await listIn(index, blobs, name);
  const { artifact } = layoutOf(document, list, payload);
  if (Buffer.compare(encodeBundleIndex(artifact.descriptor, signatures), index) !== 0)
    throw bundleInvalid(name, 'its index.json does not follow from its list');
  for (const { digest: carried, size } of carriedBlobs(document, payload))
    if (!(await blobs.has(carried, size))) throw bundleInvalid(name, `it lacks ${carried}`);
  const ranges = payloadRanges(document, payload, name);
  return {
    document,
    digest,
    blobs,
    payload(group) {
      const range = ranges.get(group);
      if (range === undefined || payload === undefined) throw new RangeError('a group of another list');
      return blobs.read(payload.digest, range);
    },
  };
}

/** Groups stand one behind the other in the payload, and there is nothing else in it. */
function payloadRanges(
  { groups }: BundleDocument,
  payload: Descriptor | undefined,
  name: string,
): ReadonlyMap<BundleGroup, ByteRange> {
  const ranges = new Map<BundleGroup, ByteRange>();
  let offset = 0;
  for (const group of groups) {
    ranges.set(group, { offset, length: group.payload });
    offset += group.payload;
  }
  if (offset === (payload?.size ?? 0)) return ranges;
  throw bundleInvalid(name, `its groups have ${offset} bytes, and its payload ${payload?.size}`);
}

/** Where a file of the tar lies. */
export interface BundleMember {
  readonly offset: number;
  readonly size: number;
}

const folder = 'blobs/sha256/';

async function partsOf(source: RandomAccess, name: string): Promise<ReadonlyMap<string, BundleMember>> {
  const parts = new Map<string, BundleMember>();
  let at = 0;
  try {
    for await (const entry of readCanonicalTar(readRange(source), name)) {
      if (!isFile(entry)) throw bundleInvalid(name, `it holds ${JSON.stringify(entry.path)}`);
      const offset = at + encodeTarHeader(entry).length;
      await checkName(entry, name);
      parts.set(entry.path, { offset, size: entry.size });
      at = offset + entry.size + padding(entry.size);
    }
  } catch (error) {
    if (!(error instanceof BlockPackError) || error.family !== 'format' || error.code === 'BUNDLE_INVALID')
      throw error;
    throw bundleInvalid(name, error.message, error);
  }
  return parts;
}

function isFile(entry: TreeEntry): entry is FileEntry {
  const known = entry.path.startsWith(folder) || entry.path === 'oci-layout' || entry.path === 'index.json';
  return entry.kind === 'file' && !entry.executable && known;
}

async function checkName({ path, read }: FileEntry, name: string): Promise<void> {
  if (!path.startsWith(folder)) return;
  const measure = new Measure();
  for await (const chunk of read()) measure.add(chunk);
  const seen = measure.digest();
  if (seen !== `sha256:${path.slice(folder.length)}`)
    throw bundleInvalid(name, `its ${path} is damaged: its digest is ${seen}`);
}

async function smallFile(
  source: RandomAccess,
  parts: ReadonlyMap<string, BundleMember>,
  path: string,
  name: string,
): Promise<Uint8Array> {
  const part = parts.get(path);
  if (part === undefined) throw bundleInvalid(name, `it has no ${path}`);
  if (part.size > documentLimit) throw bundleInvalid(name, `its ${path} has ${part.size} bytes`);
  return source.read(part.offset, part.size);
}

interface FoundList extends Pick<OpenBundle, 'document' | 'digest'> {
  /** As it travels. */
  readonly list: Uint8Array;
  readonly payload: Descriptor | undefined;
  readonly signatures: readonly ContentDescriptor[];
}

async function listIn(index: Uint8Array, blobs: BlobSource, name: string): Promise<FoundList> {
  const { manifests } = parseImageIndex(index, `index.json of ${name}`);
  const artifact = manifests.find(({ artifactType }) => artifactType === bundleArtifactType);
  if (artifact === undefined) throw noBundle(name);
  if (!(await blobs.has(artifact.digest)))
    throw bundleInvalid(name, `it lacks its manifest ${artifact.digest}`);
  const bytes = await collect(blobs.read(artifact.digest), documentLimit, `The manifest of ${name}`);
  const { config, layers } = parseImageManifest(bytes, `The manifest of ${name}`, artifact.mediaType);
  if (config.mediaType !== bundleListMediaType) throw noBundle(name);
  if (!(await blobs.has(config.digest))) throw bundleInvalid(name, `it lacks its list ${config.digest}`);
  const list = await collect(blobs.read(config.digest), documentLimit, `The list of ${name}`);
  const signatures = manifests.filter(({ artifactType }) => artifactType === signatureArtifactType);
  const document = unpackBundleList(list, name);
  const [first] = document.groups.length === 0 ? [] : layers;
  const payload = first && { digest: first.digest, size: first.size };
  return { document, list, digest: artifact.digest, payload, signatures };
}

function noBundle(name: string): BlockPackError {
  return new BlockPackError(
    'INPUT_UNSUPPORTED',
    `${name} is an image layout, but no bundle of this version`,
    {
      hint: 'block-pack bundle makes bundles. An image that is whole needs none: copy it, for example with skopeo.',
      details: { name },
    },
  );
}

/** The blobs of a bundle by their digests; whole reads are verified. */
export class TarBlobs implements BlobSource {
  readonly #source: RandomAccess;
  readonly #parts: ReadonlyMap<string, BundleMember>;
  readonly #name: string;

  constructor(source: RandomAccess, parts: ReadonlyMap<string, BundleMember>, name: string) {
    this.#source = source;
    this.#parts = parts;
    this.#name = name;
  }

  #part(digest: Digest): BundleMember | undefined {
    return this.#parts.get(`${folder}${digest.slice('sha256:'.length)}`);
  }

  async has(digest: Digest, size?: number): Promise<boolean> {
    const part = this.#part(digest);
    return part !== undefined && (size === undefined || part.size === size);
  }

  read(digest: Digest, range?: ByteRange) {
    const part = isDigest(digest) ? this.#part(digest) : undefined;
    if (part === undefined) return failing(blobMissing(digest, this.#name));
    if (range === undefined)
      return verified(readRange(this.#source, part.offset, part.size), digest, `A blob of ${this.#name}`);
    if (range.offset + range.length > part.size)
      return failing(bundleInvalid(this.#name, `${digest} has only ${part.size} bytes`));
    return readRange(this.#source, part.offset + range.offset, range.length);
  }
}

async function* failing(error: Error) {
  yield* bytesOf();
  throw error;
}
