import type { BlobSource } from '../blob.ts';
import { collect } from '../bytes.ts';
import { type Digest, digestOf } from '../digest.ts';
import { BlockPackError } from '../error.ts';
import { type EncodedDocument, encodeImageManifest } from '../image/encode-document.ts';
import { type ContentDescriptor, parseImageManifest } from '../image/image-documents.ts';
import { documentLimit } from '../image/json-document.ts';
import { emptyConfig, imageManifestMediaType } from '../imports-artifact.ts';
import { type SigningKey, signatureSize, type VerifyKey } from './ed25519.ts';

/** The artifact type of the signatures of a bundle. */
export const signatureArtifactType = 'application/vnd.dev.block-pack.bundle.signature.v1+json';
export const signatureMediaType = 'application/vnd.dev.block-pack.bundle.signature.v1';

/** Says whose a signature is; only a hint where to look. */
const fingerprintAnnotation = 'dev.block-pack.key';

/** What does not look so is of no key, and may be any text. */
const fingerprintForm = /^SHA256:[A-Za-z0-9+/]{43}$/;

/**
 * What is signed: the digest of the bundle's manifest behind words that no other signature begins with, so that none made for something else can be
 * taken for one of a bundle.
 */
export function signedBytes(bundle: Digest): Uint8Array {
  return new TextEncoder().encode(`block-pack bundle signature v1\n${bundle}\n`);
}

/**
 * Signatures of a bundle as an OCI artifact whose subject is the bundle's own, so that tools which copy layouts keep them beside it.
 * @param bundle its artifact
 * @returns what goes into the layout; the last is the artifact's manifest, which the index names behind the bundle's
 */
export function encodeSignatures(
  bundle: ContentDescriptor,
  keys: readonly SigningKey[],
): readonly [...EncodedDocument[], EncodedDocument] {
  const bytes = signedBytes(bundle.digest);
  const byFingerprint = new Map(keys.map((key) => [key.fingerprint, key]));
  const signatures = [...byFingerprint]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([fingerprint, key]) =>
      document(key.sign(bytes), signatureMediaType, { [fingerprintAnnotation]: fingerprint }),
    );
  const config = document(emptyConfig.bytes, emptyConfig.mediaType);
  const { mediaType, digest, size } = bundle;
  const manifest = encodeImageManifest({
    schemaVersion: 2,
    mediaType: imageManifestMediaType,
    artifactType: signatureArtifactType,
    config: config.descriptor,
    layers: signatures.map(({ descriptor }) => descriptor),
    subject: { mediaType, digest, size },
  });
  return [config, ...signatures, manifest];
}

function document(
  bytes: Uint8Array,
  mediaType: string,
  annotations?: Readonly<Record<string, string>>,
): EncodedDocument {
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
  return { bytes, descriptor: { ...descriptor, ...(annotations !== undefined && { annotations }) } };
}

/** The signatures that a bundle carries, and who is trusted. */
export interface SignatureCheck {
  /** Of the bundle's artifact. */
  readonly bundle: Digest;
  /** Manifests of signatures, as the index names them. */
  readonly signatures: readonly ContentDescriptor[];
  readonly blobs: BlobSource;
  /** Any one of them is enough. */
  readonly keys: readonly VerifyKey[];
  /** Of the bundle, for messages. */
  readonly name: string;
}

/**
 * @returns the key that signed the bundle
 * @throws SIGNATURE_INVALID for a bundle that none of the keys has signed, or that was changed since; DIGEST_MISMATCH, IMAGE_INVALID
 */
export async function checkSignatures(check: SignatureCheck): Promise<VerifyKey> {
  const { bundle, keys, name } = check;
  const bytes = signedBytes(bundle);
  const signers = new Set<string>();
  for (const { fingerprint, signature } of await signaturesIn(check)) {
    signers.add(fingerprint);
    const key = keys.find((one) => one.fingerprint === fingerprint && one.verify(bytes, signature));
    if (key !== undefined) return key;
  }
  const trusted = keys.map(({ fingerprint }) => fingerprint);
  const changed = trusted.find((one) => signers.has(one));
  if (changed !== undefined) throw distrusted(name, `its signature by ${changed} is not over what it holds`);
  if (signers.size === 0) throw distrusted(name, 'it is not signed');
  const shown = [...signers].slice(0, 3).join(', ');
  throw distrusted(name, `it is signed by ${shown}, and only ${trusted.join(', ')} will do`);
}

async function signaturesIn({ bundle, signatures, blobs, name }: SignatureCheck) {
  const found: { readonly fingerprint: string; readonly signature: Uint8Array }[] = [];
  for (const { digest, mediaType, size } of signatures) {
    const what = `A signature manifest of ${name}`;
    if (size > documentLimit || !(await blobs.has(digest, size)))
      throw distrusted(name, `it lacks ${digest}`);
    const bytes = await collect(blobs.read(digest), documentLimit, what);
    const { subject, layers } = parseImageManifest(bytes, what, mediaType);
    if (subject?.digest !== bundle) continue;
    for (const layer of layers) {
      const fingerprint = layer.annotations?.[fingerprintAnnotation];
      if (fingerprint === undefined || !fingerprintForm.test(fingerprint)) continue;
      if (layer.mediaType !== signatureMediaType) continue;
      if (!(await blobs.has(layer.digest, signatureSize))) throw distrusted(name, `it lacks ${layer.digest}`);
      const signature = await collect(blobs.read(layer.digest), signatureSize, `A signature of ${name}`);
      found.push({ fingerprint, signature });
    }
  }
  return found;
}

function distrusted(name: string, flaw: string): BlockPackError {
  return new BlockPackError('SIGNATURE_INVALID', `${name} cannot be trusted: ${flaw}`, {
    hint: 'Nothing of it was used. Get the bundle from where it was made, or ask there which key signs it, and have the fingerprints compared (ssh-keygen -l -f KEY).',
    details: { name },
  });
}
