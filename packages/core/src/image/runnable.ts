import type { ContentDescriptor } from './image-documents.ts';
import { imageDocumentKind } from './media-types.ts';

/** True for a member of an index that is an image: attestations and other artifacts stand beside the images they belong to, for a platform that nobody has. */
export function isRunnable({ mediaType, artifactType, platform }: ContentDescriptor): boolean {
  const isManifest = imageDocumentKind(mediaType) === 'manifest';
  return isManifest && artifactType === undefined && platform?.os !== 'unknown';
}
