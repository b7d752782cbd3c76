export type { BlobSource, BlobStore, ByteRange, Descriptor, Written } from './blob.ts';
export { blobAccess } from './blob.ts';
export type { Block } from './block.ts';
export type { Bytes, RandomAccess } from './bytes.ts';
export { bytesOf, chunkSize, collect, concat, randomAccessOf, readRange } from './bytes.ts';
export type { Digest } from './digest.ts';
export { assertDigest, digestHex, digestOf, isDigest, Measure, parseDigest, verified } from './digest.ts';
export type { ErrorCode, ErrorFacts, ErrorFamily } from './error.ts';
export { BlockPackError, bugExitCode, errorFamilies, exitCodes, findingsExitCode } from './error.ts';
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
  looksLikeImportManifest,
  sortImports,
} from './import-manifest.ts';
export { blobMissing, MemoryBlobStore } from './memory-blob-store.ts';
export type {
  Component,
  Confidence,
  Content,
  Evidence,
  PackContext,
  Packer,
  PackMemory,
  Placed,
  Placement,
  Warning,
} from './packer.ts';
export type { Purl, PurlParts } from './purl.ts';
export { parsePurl, purlOf, purlParts } from './purl.ts';
export type { EmptyDirectoryEntry, FileEntry, InputDirectory, LinkEntry, TreeEntry } from './tree.ts';
