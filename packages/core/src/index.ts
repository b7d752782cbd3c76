export type { BlobSource, BlobStore, ByteRange, Descriptor, Written } from './blob.ts';
export { blobAccess } from './blob.ts';
export type { Block } from './block.ts';
export type {
  BundleBase,
  BundleDocument,
  BundleGroup,
  BundleLayout,
  BundleObject,
  Companion,
  Inventory,
  InventoryEntry,
  InventoryKind,
  LayerOrigin,
  OpenBundle,
  WantedImage,
} from './bundle/index.ts';
export {
  baseChooser,
  bundleArtifactType,
  bundleInvalid,
  bundleMarker,
  carriedBlobs,
  componentOf,
  earlierVersions,
  encodeBundle,
  encodeBundleIndex,
  encodeInventory,
  inventoryLimit,
  isTagged,
  mixedBytes,
  mostNames,
  packBundle,
  parseBundleDocument,
  parseInventory,
  readBundle,
} from './bundle/index.ts';
export { ByteReader } from './byte-reader.ts';
export type { Bytes, RandomAccess } from './bytes.ts';
export {
  bytesOf,
  Coalescer,
  chunkSize,
  coalesced,
  collect,
  concat,
  randomAccessOf,
  readRange,
  readStart,
} from './bytes.ts';
export { readCanonicalTar, writeCanonicalTar } from './canonical-tar.ts';
export type { CutBlock } from './cut.ts';
export { cutBlock, stampOf } from './cut.ts';
export type { Digest } from './digest.ts';
export {
  assertDigest,
  assertSame,
  digestHex,
  digestOf,
  isDigest,
  Measure,
  parseDigest,
  verified,
} from './digest.ts';
export type { ErrorCode, ErrorFacts, ErrorFamily } from './error.ts';
export { BlockPackError, bugExitCode, errorFamilies, exitCodes, findingsExitCode } from './error.ts';
export type { FilesOptions, ReasonToLeaveOut } from './files-packer.ts';
export { createFilesPacker } from './files-packer.ts';
export type {
  Annotations,
  AssembledImage,
  BaseImage,
  BaseView,
  ContentDescriptor,
  Conversion,
  EncodedDocument,
  EncodedImportsLayer,
  FoundImportsLayer,
  ImageConfig,
  ImageDocumentKind,
  ImageForm,
  ImageHistory,
  ImageIndex,
  ImageManifest,
  ImageParts,
  ImageSettings,
  ImportsFile,
  LayerCompression,
  OpenedImage,
  PlaceOverBaseOptions,
  Platform,
  RunConfig,
} from './image/index.ts';
export {
  assembleImage,
  blockDescriptors,
  blocksArtifactType,
  convertImage,
  documentLimit,
  encodeImageConfig,
  encodeImageIndex,
  encodeImageManifest,
  encodeImportsLayer,
  imageAnnotations,
  imageConfigMediaType,
  imageDocumentKind,
  imageIndexMediaType,
  imageInvalid,
  importsLimit,
  importsRoom,
  importsTar,
  isImportsName,
  isNative,
  isRunnable,
  isTarLayer,
  layerCompression,
  layerMediaTypes,
  layerOrder,
  parseImageConfig,
  parseImageIndex,
  parseImageManifest,
  parseJsonDocument,
  parsePlatform,
  placeOverBase,
  platformMatches,
  platformText,
  readDocument,
  readImportsLayers,
  recipeOf,
} from './image/index.ts';
export type { ImagePath } from './image-path.ts';
export {
  checkLinkTarget,
  checkTreePath,
  compareBytewise,
  joinImagePath,
  parseImagePath,
} from './image-path.ts';
export type { Import, ImportManifest } from './import-manifest.ts';
export {
  checkImports,
  decodeImportManifest,
  encodeImport,
  encodeImportManifest,
  importExecutable,
  importKind,
  importManifestMediaType,
  importSize,
  isManifestPlace,
  looksLikeImportManifest,
  manifestPlace,
  sortImports,
} from './import-manifest.ts';
export {
  blockMediaTypes,
  emptyConfig,
  encodeImportsArtifact,
  imageManifestMediaType,
  importsArtifactType,
} from './imports-artifact.ts';
export type {
  AssembledLayer,
  AssembleLayerOptions,
  AssembleProgress,
  BlobPart,
  BlobRoom,
  CheckLayerOptions,
  DirectoryOwner,
  EncodingId,
  FetchBlocksOptions,
  KeptSegment,
  LayerFinding,
  LayerRanges,
  LayerRecipe,
  MadeSegment,
  PartCopier,
  PartedBytes,
  RebuildLayerOptions,
  SegmentKey,
  SegmentMemory,
  SegmentRecipe,
} from './layer/index.ts';
export {
  assembleLayer,
  blockFromSegment,
  checkLayer,
  defaultEncoding,
  defaultOwner,
  EarlySegments,
  encodingIds,
  fetchBlocks,
  gzipMember,
  isOfZlib,
  isPart,
  LayerPaths,
  layerRanges,
  layerRecipe,
  MemberSum,
  memberContent,
  memberTrailerSize,
  noSegmentMemory,
  parseEncoding,
  partBytes,
  rebuildLayer,
  repackLayer,
  segmentKey,
  segmentTar,
  wholeBytes,
  withLayerRecipe,
  withoutLayerRecipe,
} from './layer/index.ts';
export { mapOf } from './map-of.ts';
export { blobMissing, MemoryBlobStore } from './memory-blob-store.ts';
export { nearestWord } from './nearest-word.ts';
export type { Packed, PackedImport, PackOptions, PackProgress } from './pack.ts';
export { checkSignal, emptyMemory, pack } from './pack.ts';
export type {
  Component,
  Confidence,
  Content,
  DependencyScope,
  Evidence,
  FileChange,
  Integrity,
  MadeTree,
  PackContext,
  Packer,
  PackMemory,
  Placed,
  Placement,
  Warning,
} from './packer.ts';
export type { Purl, PurlParts } from './purl.ts';
export { parsePurl, purlOf, purlParts } from './purl.ts';
export type { SignedBundle, SigningKey, VerifyKey } from './signature/index.ts';
export {
  checkSignedBundle,
  encodeSignatures,
  keyFileLimit,
  parsePrivateKey,
  parsePublicKey,
  signatureArtifactType,
} from './signature/index.ts';
export { SpareArrays } from './spare-arrays.ts';
export type { StreamDigest } from './stream-digest.ts';
export { ownThreadDigest } from './stream-digest.ts';
export { canonicalTime, encodeTarHeader, tarBlockSize, tarFieldPlaces } from './tar-header.ts';
export type { EmptyDirectoryEntry, FileEntry, InputDirectory, LinkEntry, TreeEntry } from './tree.ts';
export { movedEntry } from './tree.ts';
export type { ReadZipEntryOptions, ZipArchive, ZipEntries, ZipEntry, ZipFlaw, ZipFlawKind } from './zip.ts';
export { checkZip, readZip, readZipBelow, readZipEntry, zipDirectory, zipSlice } from './zip.ts';
