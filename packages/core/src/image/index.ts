export type { EncodedDocument } from './encode-document.ts';
export { encodeImageConfig, encodeImageIndex, encodeImageManifest } from './encode-document.ts';
export { imageAnnotations } from './image-annotations.ts';
export type {
  Annotations,
  ContentDescriptor,
  ImageConfig,
  ImageHistory,
  ImageIndex,
  ImageManifest,
  RunConfig,
} from './image-documents.ts';
export { parseImageConfig, parseImageIndex, parseImageManifest } from './image-documents.ts';
export type { EncodedImportsLayer, FoundImportsLayer, ImportsFile } from './imports-layer.ts';
export { encodeImportsLayer, readImportsLayers } from './imports-layer.ts';
export { documentLimit, imageInvalid, parseJsonDocument } from './json-document.ts';
export type { ImageDocumentKind, LayerCompression } from './media-types.ts';
export {
  imageConfigMediaType,
  imageDocumentKind,
  imageIndexMediaType,
  layerCompression,
  layerMediaTypes,
} from './media-types.ts';
export type { Platform } from './platform.ts';
export { parsePlatform, platformMatches, platformText } from './platform.ts';
