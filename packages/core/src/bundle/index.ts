export type {
  BundleBase,
  BundleDocument,
  BundleGroup,
  BundleObject,
  Companion,
  LayerOrigin,
  WantedImage,
} from './bundle-document.ts';
export { bundleInvalid, mixedBytes, mostNames, parseBundleDocument } from './bundle-document.ts';
export type { BundleLayout } from './bundle-layout.ts';
export {
  bundleArtifactType,
  bundleMarker,
  carriedBlobs,
  encodeBundle,
  encodeBundleIndex,
} from './bundle-layout.ts';
export { baseChooser, componentOf, earlierVersions } from './choose-base.ts';
export { isTagged } from './image-name.ts';
export type { Inventory, InventoryEntry, InventoryKind } from './inventory.ts';
export { encodeInventory, inventoryLimit, parseInventory } from './inventory.ts';
export { packBundle } from './packed-bundle.ts';
export type { OpenBundle } from './read-bundle.ts';
export { readBundle } from './read-bundle.ts';
