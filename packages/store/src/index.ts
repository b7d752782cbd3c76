export { kindByBytes } from './archive-kind.ts';
export type { PlacedBy, PlaceMethod } from './blob-placing.ts';
export { diskError, onDisk } from './disk-error.ts';
export type { OpenInput, OpenInputOptions, Scratch } from './disk-input.ts';
export { openInput } from './disk-input.ts';
export type { DiskLookup } from './disk-lookup.ts';
export { diskLookup } from './disk-lookup.ts';
export { type Disk, diskOf } from './disk-of.ts';
export { draftBeside, isDraft } from './draft.ts';
export type { Amount, GcOptions, GcReport } from './gc.ts';
export { makeDirectory } from './make-directory.ts';
export type { SavedPackMemory } from './memory.ts';
export { openPackMemory } from './memory.ts';
export type { OpenBlobFile, OpenFile } from './open-file.ts';
export { openBlobFile, openFile } from './open-file.ts';
export type { ReadableFile } from './open-files.ts';
export { OpenFiles } from './open-files.ts';
export type { OpenStoreOptions } from './open-store.ts';
export { openStore } from './open-store.ts';
export type { OpenParts } from './parts/open-parts.ts';
export { openParts } from './parts/open-parts.ts';
export { isPartName, partPath, partsTarget } from './parts/part-names.ts';
export { PartsDraft } from './parts/parts-draft.ts';
export { accompanying } from './place/accompanying.ts';
export { checkTarget } from './place/check-target.ts';
export type { Closure } from './place/closure.ts';
export { closureOf } from './place/closure.ts';
export { isImageEntry } from './place/find-image.ts';
export type {
  FoundImage,
  Images,
  ListedImage,
  PlaceBlobs,
} from './place/images.ts';
export { openImages } from './place/images.ts';
export type { Place, PlaceKind } from './place/place.ts';
export { parsePlace } from './place/place.ts';
export type {
  PublishedImage,
  PublishOptions,
  PublishProgress,
  PublishReport,
} from './place/publish.ts';
export { publishImage } from './place/publish.ts';
export { isOfLayout } from './place/refuse-other.ts';
export type { Placed } from './placing.ts';
export { checkStoreApart, realPlace } from './real-place.ts';
export type { BlobFiles, ResolveOptions, ResolveProgress, ResolveReport } from './resolve.ts';
export { resolveImports } from './resolve.ts';
export type { HiddenEntry, WatchedLayer } from './root/hidden-entries.ts';
export { hiddenEntries } from './root/hidden-entries.ts';
export type {
  LayerAttributes,
  LayerDirectory,
  LayerEntry,
  LayerFile,
  LayerHardLink,
  LayerObject,
  LayerSpecial,
  LayerSymlink,
  Whiteout,
} from './root/layer-entry.ts';
export type { ListLayersOptions } from './root/list-layer.ts';
export { imageRoot, listLayer } from './root/list-layer.ts';
export type { LayerListing, ReadLayerOptions, RootLayer } from './root/read-layer.ts';
export { readLayer } from './root/read-layer.ts';
export type { ResolveImageOptions, ResolveImageProgress, ResolveImageReport } from './root/resolve-image.ts';
export { resolveImage } from './root/resolve-image.ts';
export type { RootImage, RootPart } from './root/root-image.ts';
export { rootImage } from './root/root-image.ts';
export type { LaidLayer, RootDirectory, RootEntry, RootView } from './root/root-view.ts';
export { rootView } from './root/root-view.ts';
export { canUnpack, unpackedLayer } from './root/unpacked-layer.ts';
export { ScratchBlobs } from './scratch-blobs.ts';
export type { ScratchRoom } from './scratch-room.ts';
export { openSegmentMemory } from './segments.ts';
export type { HeldLease, Store } from './store.ts';
export { streamDigest } from './stream-digest.ts';
export type { Tag, TagTarget } from './tags.ts';
export { checkWritable, statsAt, targetFile } from './target-file.ts';
export type { Damage, VerifyOptions, VerifyProgress, VerifyReport } from './verify.ts';
export { writeFileAtomic } from './write-file-atomic.ts';
