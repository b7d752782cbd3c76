import {
  bytesOf,
  encodeBundleIndex,
  encodeSignatures,
  type SigningKey,
  signatureArtifactType,
} from '@block-pack/core';
import type { MadeBundle } from './make-bundle.ts';

/** The same bundle with signatures beside it. */
export function signBundle(made: MadeBundle, keys: readonly SigningKey[]): MadeBundle {
  if (keys.length === 0) return made;
  const signatures = encodeSignatures(made.artifact, keys);
  const descriptors = signatures.map(({ descriptor }) => descriptor);
  const index = encodeBundleIndex(
    made.artifact,
    descriptors.filter(({ artifactType }) => artifactType === signatureArtifactType),
  );
  const blobs = signatures.map(({ descriptor, bytes }) => ({ ...descriptor, read: () => bytesOf(bytes) }));
  return { ...made, index, blobs: [...made.blobs, ...blobs] };
}
