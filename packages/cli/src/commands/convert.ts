import {
  type BlobSource,
  blockDescriptors,
  bytesOf,
  type ContentDescriptor,
  convertImage,
  emptyConfig,
  type ImageForm,
  type ImportsFile,
  imageDocumentKind,
  layerRanges,
  parseImageIndex,
  parseImageManifest,
  readDocument,
  rebuildLayer,
  recipeOf,
} from '@block-pack/core';
import { openImages, openSegmentMemory, openStore, parsePlace, type Store } from '@block-pack/store';
import { byteSize } from '../byte-size.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { Console } from '../console.ts';
import {
  type Publication,
  publicationDocument,
  publicationText,
  publishFromStore,
} from '../image/publish-image.ts';
import { checkTag } from '../tag-name.ts';
import { parseForm, refuseNativeForDocker } from './image.ts';

export interface ConvertCommandOptions {
  readonly form: string;
  readonly output: string;
  readonly tag?: string;
}

export async function convert(
  name: string,
  options: ConvertCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  const form = parseForm(options.form);
  const from = parsePlace(name, context.directory);
  const place = parsePlace(options.output, context.directory);
  if (options.tag !== undefined) checkTag(options.tag);
  refuseNativeForDocker(form, place);
  const store = await openStore(context.storeDirectory, { create: true });
  const lease = await store.lease();
  const images = await openImages(from);
  try {
    const { descriptor } = await images.find();
    const { root, documents, imports } = await convertImage(descriptor, form, images.blobs, images.name);
    for (const file of imports) {
      if (form === 'standard') await bringLayer(file, images.blobs, store, context);
      else await bringBlocks(file, images.blobs, store, context);
    }
    for (const { bytes } of documents) await store.write(bytesOf(bytes));
    await store.write(bytesOf(emptyConfig.bytes));
    await bringAll(root, images.blobs, store, images.name);
    const output = await publishFromStore(root, place, options.tag, store, context);
    const converted = documents.length > 0;
    return {
      document: {
        form,
        converted,
        from: { place: images.name, digest: descriptor.digest },
        image: { mediaType: root.mediaType, digest: root.digest, size: root.size },
        output: publicationDocument(output),
        store: output.store,
        tag: output.tag,
      },
      text: (console) => convertText(form, converted, root, output, console),
      exitCode: 0,
    };
  } finally {
    images.close();
    await lease.release();
  }
}

/** The layer of a native image's imports, made of its blocks. */
async function bringLayer(
  file: ImportsFile,
  blobs: BlobSource,
  store: Store,
  { signal, progress }: CommandContext,
): Promise<void> {
  const { digest, size } = recipeOf(file).layer;
  if (await store.has(digest, size)) return;
  progress.show(`assembling ${file.name}, ${byteSize(size)}`);
  for (const block of blockDescriptors([file])) await bring(block, blobs, store);
  await rebuildLayer(file.manifest, {
    blocks: store,
    segments: openSegmentMemory(store),
    signal,
    write: (content, expected) => store.write(content, expected),
  });
}

/** The blocks of a standard image, out of its layer where the store does not have them. */
async function bringBlocks(
  file: ImportsFile,
  blobs: BlobSource,
  store: Store,
  { signal }: CommandContext,
): Promise<void> {
  const { missing } = await layerRanges(file.manifest, store);
  if (missing.length === 0) return;
  const { digest } = recipeOf(file).layer;
  await rebuildLayer(file.manifest, {
    blocks: store,
    signal,
    fetch: (range) => blobs.read(digest, range),
    write: (content, expected) => store.write(content, expected),
  });
}

/** Everything below the root that the store does not have yet: what is the same in both forms. */
async function bringAll(
  root: ContentDescriptor,
  blobs: BlobSource,
  store: Store,
  name: string,
): Promise<void> {
  await bring(root, blobs, store);
  const kind = imageDocumentKind(root.mediaType);
  if (kind !== 'index' && kind !== 'manifest') return;
  const bytes = await readDocument(root, store, name);
  for (const below of leads(bytes, root, name)) await bringAll(below, blobs, store, name);
}

function leads(
  bytes: Uint8Array,
  { mediaType }: ContentDescriptor,
  name: string,
): readonly ContentDescriptor[] {
  if (imageDocumentKind(mediaType) === 'index') return parseImageIndex(bytes, name, mediaType).manifests;
  const { config, layers, blocks = [] } = parseImageManifest(bytes, name, mediaType);
  return [config, ...layers, ...blocks];
}

async function bring({ digest, size }: ContentDescriptor, blobs: BlobSource, store: Store): Promise<void> {
  if (!(await store.has(digest, size))) await store.write(blobs.read(digest), digest);
}

function convertText(
  form: ImageForm,
  converted: boolean,
  root: ContentDescriptor,
  output: Publication,
  console: Console,
): string {
  const headline = converted
    ? `${form} form, ${byteSize(output.bytes)}`
    : `it is in ${form} form already: copied as it is, ${byteSize(output.bytes)}`;
  return `${console.bold(headline)}: ${byteSize(output.newBytes)} new\n\n${publicationText(root, output)}`;
}
