export type {
  BundleBase,
  BundleDocument,
  BundleGroup,
  BundleObject,
  LayerOrigin,
  WantedImage,
} from './bundle-document.ts';
export { bundleInvalid, parseBundleDocument } from './bundle-document.ts';
export type { BundleLayout } from './bundle-layout.ts';
export {
  bundleArtifactType,
  bundleMarker,
  bundlePayloadMediaType,
  carriedBlobs,
  encodeBundle,
} from './bundle-layout.ts';
export { chooseBase } from './choose-base.ts';
export type { OpenBundle } from './read-bundle.ts';
export { readBundle } from './read-bundle.ts';
