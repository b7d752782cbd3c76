export { ArchiveReader } from './archive/archive-reader.ts';
export { recipeOf } from './archive/archive-recipe.ts';
export { decodeSkeletons } from './archive/decode-skeleton.ts';
export type { ArchiveSince } from './archive/encode-skeleton.ts';
export { encodeSkeletons } from './archive/encode-skeleton.ts';
export type { ArchiveLimits } from './archive/limits.ts';
export { archiveLimits } from './archive/limits.ts';
export type { Supply } from './archive/put-together.ts';
export { putTogether } from './archive/put-together.ts';
export type { BlockKind, Layout, Part } from './archive/read-layout.ts';
export { readLayout } from './archive/read-layout.ts';
export type {
  Leaf,
  Origin,
  Packing,
  Position,
  Recipe,
  RecipeHead,
  RecipePart,
  TarRecipe,
  TreeRecipe,
  ZipRecipe,
} from './archive/recipe.ts';
export { leaves } from './archive/recipe.ts';
export type { Archive, Content, TakeApartOptions } from './archive/take-apart.ts';
export { takeApart } from './archive/take-apart.ts';
export type { TarLayout, TarPart } from './archive/tar-layout.ts';
export type { TreeDirectory, TreeFile, TreeLayout, TreeLink, TreePart } from './archive/tree-layout.ts';
export type {
  DataDescriptor,
  LocalFacts,
  ZipEnd,
  ZipEntryPart,
  ZipFacts,
  ZipForm,
  ZipGap,
  ZipHead,
  ZipLayout,
  ZipPart,
} from './archive/zip-layout.ts';
export type { DeflateEncoder, DeflateParameters } from './deflate/deflate-parameters.ts';
export {
  deflateCode,
  deflateCodeCount,
  deflateEncoders,
  deflateParametersOf,
} from './deflate/deflate-parameters.ts';
export { DeflateSearch, deflateParameters } from './deflate/deflate-search.ts';
export type { GzipFile, GzipForm } from './deflate/gzip-form.ts';
export { gzipAs, gzipFormOf } from './deflate/gzip-form.ts';
export { redeflate, redeflateAtOnce } from './deflate/redeflate.ts';
export { applyDifference } from './difference/apply-difference.ts';
export type { PackContentsOptions } from './difference/pack-contents.ts';
export { packContents, unpackContents } from './difference/pack-contents.ts';
export { compareByType } from './difference/type-order.ts';
export type { DifferenceContent, DifferenceOptions, DifferenceStage } from './difference/write-difference.ts';
export { writeDifference } from './difference/write-difference.ts';
export { besideLikes } from './group/beside-likes.ts';
export { GroupThreads } from './group/group-threads.ts';
export type { GroupBlock } from './group/old-block.ts';
export type { NewBlock } from './group/open-archive.ts';
export type { ReadGroupOptions } from './group/read-group.ts';
export { readGroup } from './group/read-group.ts';
export type { GroupEncoding, GroupWriting, WriteGroupOptions, WrittenGroup } from './group/write-group.ts';
export { writeGroup } from './group/write-group.ts';
export { TypedLanes } from './typed/typed-lanes.ts';
