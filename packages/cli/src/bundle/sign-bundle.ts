import {
  bytesOf,
  encodeBundle,
  encodeSignatures,
  type SigningKey,
  signatureArtifactType,
} from '@block-pack/core';
import type { MadeBundle } from './make-bundle.ts';

/** The same bundle with signatures beside it. */
export function signBundle(made: MadeBundle, keys: readonly SigningKey[]): MadeBundle {
  if (keys.length === 0) return made;
  const { artifact } = encodeBundle(made.document);
  const signatures = encodeSignatures(artifact.descriptor, keys);
  const descriptors = signatures.map(({ descriptor }) => descriptor);
  const { index } = encodeBundle(
    made.document,
    descriptors.filter(({ artifactType }) => artifactType === signatureArtifactType),
  );
  const blobs = signatures.map(({ descriptor, bytes }) => ({ ...descriptor, read: () => bytesOf(bytes) }));
  return { ...made, index, blobs: [...made.blobs, ...blobs] };
}
