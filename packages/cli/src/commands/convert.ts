import {
  type BlobSource,
  blockDescriptors,
  bytesOf,
  type ContentDescriptor,
  convertImage,
  fetchBlocks,
  type ImageForm,
  type ImportsFile,
  imageDocumentKind,
  parseImageIndex,
  parseImageManifest,
  readDocument,
  rebuildLayer,
  recipeOf,
} from '@block-pack/core';
import {
  type Images,
  openImages,
  openSegmentMemory,
  openStore,
  parsePlace,
  type Store,
} from '@block-pack/store';
import { byteSize } from '../byte-size.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { Console } from '../console.ts';
import { type ImageOutput, type OutputOptions, parseOutput } from '../image/image-form.ts';
import {
  type Publication,
  publicationDocument,
  publicationText,
  publishFromStore,
} from '../image/publish-image.ts';

export async function convert(
  name: string,
  options: OutputOptions,
  context: CommandContext,
): Promise<Outcome> {
  const to = parseOutput(options, context.directory);
  const images = await openImages(parsePlace(name, context.directory));
  try {
    const store = await openStore(context.storeDirectory, { create: true });
    const lease = await store.lease();
    try {
      return await convertInto(to, images, store, context);
    } finally {
      await lease.release();
    }
  } finally {
    images.close();
  }
}

async function convertInto(
  to: ImageOutput,
  images: Images,
  store: Store,
  context: CommandContext,
): Promise<Outcome> {
  const { form } = to;
  const { blobs, name } = images;
  const { descriptor } = await images.find();
  const { root, documents, imports } = await convertImage(descriptor, form, blobs, name);
  for (const file of imports) {
    if (form === 'standard') await bringLayer(file, blobs, store, context);
    else await bringBlocks(file, blobs, store, context);
  }
  for (const { bytes } of documents) await store.write(bytesOf(bytes));
  await bringAll(root, blobs, store, name);
  const output = await publishFromStore(root, to, store, context);
  const converted = documents.length > 0;
  return {
    document: {
      form,
      converted,
      from: { place: name, digest: descriptor.digest },
      image: { mediaType: root.mediaType, digest: root.digest, size: root.size },
      output: publicationDocument(output),
      store: output.store,
      tag: output.tag,
    },
    text: (console) => convertText(form, converted, root, output, console),
    exitCode: 0,
  };
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
    copier: store,
    signal,
    write: (content, expected, about) => store.write(content, expected, about),
  });
}

/** The blocks of a standard image, out of its layer where the store does not have them. */
async function bringBlocks(
  file: ImportsFile,
  blobs: BlobSource,
  store: Store,
  { signal }: CommandContext,
): Promise<void> {
  const { digest } = recipeOf(file).layer;
  await fetchBlocks(file.manifest, { blocks: store, signal, fetch: (range) => blobs.read(digest, range) });
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
