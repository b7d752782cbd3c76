import { bundleInvalid } from '../bundle/bundle-document.ts';
import { bundleArtifactType } from '../bundle/bundle-layout.ts';
import { unpackBundle } from '../bundle/packed-bundle.ts';
import { type BundleMember, TarBlobs } from '../bundle/read-bundle.ts';
import type { RandomAccess } from '../bytes.ts';
import type { Digest } from '../digest.ts';
import { BlockPackError } from '../error.ts';
import { parseImageIndex } from '../image/image-documents.ts';
import { documentLimit } from '../image/json-document.ts';
import { decodeTarHeader, padding, tarBlockSize } from '../tar-header.ts';
import { checkSignatures, signatureArtifactType } from './bundle-signature.ts';
import type { VerifyKey } from './ed25519.ts';

/** Who signed which bundle. */
export interface SignedBundle {
  /** Of the bundle's artifact: a reader of the bundle must come to the same. */
  readonly digest: Digest;
  readonly key: VerifyKey;
}

/**
 * Finds out whether one of the keys has signed a bundle. Of what the bundle holds only its index and its signatures are read; the rest can be
 * trusted as far as it follows from the digest that comes back.
 * @throws BUNDLE_INVALID, and what {@link checkSignatures} throws
 */
export async function checkSignedBundle(
  file: RandomAccess,
  keys: readonly VerifyKey[],
  name: string,
): Promise<SignedBundle> {
  const source = await unpackBundle(file, name);
  const parts = await listParts(source, name);
  const index = parts.get('index.json');
  if (index === undefined || index.size > documentLimit) throw bundleInvalid(name, 'it has no index.json');
  const bytes = await source.read(index.offset, index.size);
  const { manifests } = parseImageIndex(bytes, `index.json of ${name}`);
  const [artifact, ...others] = manifests.filter(({ artifactType }) => artifactType === bundleArtifactType);
  if (artifact === undefined || others.length > 0)
    throw bundleInvalid(name, `its index.json names ${manifests.length} things, expected one bundle`);
  const { digest } = artifact;
  const signatures = manifests.filter(({ artifactType }) => artifactType === signatureArtifactType);
  const blobs = new TarBlobs(source, parts, name);
  return { digest, key: await checkSignatures({ bundle: digest, signatures, blobs, keys, name }) };
}

/** Where each file of the tar lies, told by the headers alone. */
async function listParts(source: RandomAccess, name: string): Promise<ReadonlyMap<string, BundleMember>> {
  const parts = new Map<string, BundleMember>();
  let at = 0;
  const take = async (length: number): Promise<Uint8Array> => {
    if (at + length > source.size) throw bundleInvalid(name, 'it ends too early');
    const bytes = await source.read(at, length);
    at += length;
    return bytes;
  };
  for (;;) {
    const first = await take(tarBlockSize);
    if (first.every((byte) => byte === 0)) return parts;
    const entry = await decodeTarHeader(first, take).catch((error: unknown) => {
      throw error instanceof BlockPackError ? bundleInvalid(name, error.message, error) : error;
    });
    if (entry.kind !== 'file' || parts.has(entry.path))
      throw bundleInvalid(name, `it holds ${JSON.stringify(entry.path)}, or holds it twice`);
    parts.set(entry.path, { offset: at, size: entry.size });
    at += entry.size + padding(entry.size);
  }
}
