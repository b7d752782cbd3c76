export type { AssembledImage, BaseImage, ImageParts } from './assemble-image.ts';
export { assembleImage, recipeOf } from './assemble-image.ts';
export type { Conversion, ImageForm } from './convert-image.ts';
export { convertImage, readDocument } from './convert-image.ts';
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
export type { ImageSettings } from './image-settings.ts';
export type { EncodedImportsLayer, FoundImportsLayer, ImportsFile } from './imports-layer.ts';
export {
  encodeImportsLayer,
  importsLimit,
  importsRoom,
  importsTar,
  isImportsName,
  layerOrder,
  readImportsLayers,
} from './imports-layer.ts';
export { documentLimit, imageInvalid, parseJsonDocument } from './json-document.ts';
export type { ImageDocumentKind, LayerCompression } from './media-types.ts';
export {
  imageConfigMediaType,
  imageDocumentKind,
  imageIndexMediaType,
  isTarLayer,
  layerCompression,
  layerMediaTypes,
} from './media-types.ts';
export type { OpenedImage } from './native-image.ts';
export { blockDescriptors, blocksArtifactType, isNative } from './native-image.ts';
export type { BaseView, PlaceOverBaseOptions } from './place-over-base.ts';
export { placeOverBase } from './place-over-base.ts';
export type { Platform } from './platform.ts';
export { parsePlatform, platformMatches, platformText } from './platform.ts';
export { isRunnable } from './runnable.ts';
