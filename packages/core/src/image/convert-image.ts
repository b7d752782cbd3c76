import type { BlobSource } from '../blob.ts';
import { bytesOf, collect } from '../bytes.ts';
import { assertDigest, Measure } from '../digest.ts';
import { BlockPackError } from '../error.ts';
import type { AssembledImage } from './assemble-image.ts';
import { type EncodedDocument, encodeImageIndex } from './encode-document.ts';
import { imageAnnotations } from './image-annotations.ts';
import {
  type Annotations,
  type ContentDescriptor,
  type ImageConfig,
  type ImageIndex,
  parseImageConfig,
  parseImageIndex,
  parseImageManifest,
} from './image-documents.ts';
import { type ImportsFile, readImportsLayers } from './imports-layer.ts';
import { documentLimit, imageInvalid } from './json-document.ts';
import { imageDocumentKind, imageIndexMediaType } from './media-types.ts';
import {
  assertLossless,
  blockDescriptors,
  emptyDocument,
  encodeBlocksArtifact,
  isNative,
  type OpenedImage,
  toNative,
  toStandard,
} from './native-image.ts';
import type { Platform } from './platform.ts';

/** What an image looks like to runtimes: whole layers, or blocks beside the layers. */
export type ImageForm = 'standard' | 'native';

/** The image in the other form, as data: what is new of it, and what its layers and blocks come from. */
export interface Conversion {
  readonly form: ImageForm;
  /** What leads to the whole image. */
  readonly root: ContentDescriptor;
  /** Manifests, configs and indexes that are not the given image's own. */
  readonly documents: readonly EncodedDocument[];
  /** Of every image that was converted; none where the image had the form already. */
  readonly imports: readonly ImportsFile[];
}

/**
 * The documents of the image in the wanted form. Converted back, they give the very same digests, which is checked here.
 * @param root what leads to the image: a manifest, or an index over several platforms
 * @param name the image, for messages
 * @throws IMAGE_INVALID, INPUT_UNSUPPORTED for what would lose something, MANIFEST_INVALID, BLOB_MISSING, DIGEST_MISMATCH
 */
export async function convertImage(
  root: ContentDescriptor,
  form: ImageForm,
  blobs: BlobSource,
  name: string,
): Promise<Conversion> {
  const opened = await openRoot(root, blobs, name);
  if (opened.form === form) return { form, root, documents: [], imports: [] };
  const made = otherForm(opened);
  const again = otherForm(await openRoot(made.root, withDocuments(blobs, made.documents), name));
  assertLossless(root, again.root, name);
  const imports = opened.images.flatMap((image) => image.imports.flatMap(({ files }) => files));
  return { form, ...made, imports };
}

/** An image, or several for as many platforms, in one form. */
interface OpenedRoot {
  readonly form: ImageForm;
  readonly name: string;
  readonly index: ImageIndex | undefined;
  /** In the index's order; those that hold imports. */
  readonly images: readonly IndexedImage[];
}

interface IndexedImage extends OpenedImage {
  readonly descriptor: ContentDescriptor;
}

async function openRoot(root: ContentDescriptor, blobs: BlobSource, name: string): Promise<OpenedRoot> {
  const bytes = await readDocument(root, blobs, name);
  const isIndex = imageDocumentKind(root.mediaType) === 'index';
  const index = isIndex ? parseImageIndex(bytes, name, root.mediaType) : undefined;
  const images: IndexedImage[] = [];
  for (const descriptor of index?.manifests ?? [root]) {
    const image = await openImage(descriptor, blobs, name);
    if (image !== undefined) images.push({ ...image, descriptor });
  }
  if (images.length === 0) throw withoutImports(name);
  const native = images.filter(({ manifest }) => isNative(manifest)).length;
  if (native > 0 && native < images.length) throw imageInvalid(name, 'it mixes native and standard images');
  return { form: native > 0 ? 'native' : 'standard', name, index, images };
}

/** @returns undefined for what is no image that block-pack made: an attestation, the artifact of the blocks, another image */
async function openImage(
  descriptor: ContentDescriptor,
  blobs: BlobSource,
  name: string,
): Promise<OpenedImage | undefined> {
  if (imageDocumentKind(descriptor.mediaType) !== 'manifest' || descriptor.artifactType !== undefined)
    return undefined;
  const bytes = await readDocument(descriptor, blobs, name);
  const manifest = parseImageManifest(bytes, `${name}, manifest ${descriptor.digest}`, descriptor.mediaType);
  if (manifest.artifactType !== undefined || imageDocumentKind(manifest.config.mediaType) !== 'config')
    return undefined;
  const imports = await readImportsLayers(manifest, blobs, name);
  if (imports.length === 0) return undefined;
  const config = parseImageConfig(
    await readDocument(manifest.config, blobs, name),
    `${name}, config ${manifest.config.digest}`,
  );
  return { name, manifest, config, imports };
}

/** A document of at most 4 MiB, of the size that its descriptor says. @throws IMAGE_INVALID, DIGEST_MISMATCH, BLOB_MISSING */
export async function readDocument(
  { digest, size }: ContentDescriptor,
  blobs: BlobSource,
  name: string,
): Promise<Uint8Array> {
  if (size > documentLimit) {
    throw imageInvalid(
      name,
      `its document ${digest} has ${size} bytes, more than the ${documentLimit} that registries take`,
    );
  }
  const bytes = await collect(blobs.read(digest), documentLimit, `${name}, ${digest}`);
  if (bytes.length !== size)
    throw imageInvalid(name, `its document ${digest} has ${bytes.length} bytes, and is said to have ${size}`);
  assertDigest(digest, new Measure().add(bytes), `${name}, ${digest}`);
  return bytes;
}

type Made = Pick<Conversion, 'root' | 'documents'>;

function otherForm(opened: OpenedRoot): Made {
  return opened.form === 'standard' ? nativeRoot(opened) : standardRoot(opened);
}

/** An index always, since the artifact that keeps the blocks has to go with the image. What a place says of the image, such as its tag, is not part of it. */
function nativeRoot({ index, images }: OpenedRoot): Made {
  const made = images.map((image) => ({ image, ...toNative(image) }));
  const artifacts = made.map(({ image, manifest }) =>
    encodeBlocksArtifact(blocksOf(image), manifest.descriptor),
  );
  const single = images.map(({ descriptor: { mediaType, digest, size }, config }) => {
    return { mediaType, digest, size, platform: platformOf(config) };
  });
  const root = encodeImageIndex({
    ...(index ?? { schemaVersion: 2, mediaType: imageIndexMediaType }),
    manifests: [...withMembers(index?.manifests ?? single, made, asNative), ...artifacts.map(asMember)],
    annotations: {
      ...index?.annotations,
      ...(index === undefined ? { [imageAnnotations.root]: 'manifest' } : {}),
      [imageAnnotations.form]: 'native',
    },
  });
  return { root: root.descriptor, documents: [...documentsOf(made), emptyDocument, ...artifacts, root] };
}

function standardRoot({ index, images, name }: OpenedRoot): Made {
  const made = images.map((image) => ({ image, ...toStandard(image) }));
  const documents = documentsOf(made);
  if (index === undefined) throw imageInvalid(name, 'it is native, and has no index that names its blocks');
  const {
    [imageAnnotations.form]: _,
    [imageAnnotations.root]: single,
    ...annotations
  } = index.annotations ?? {};
  const [only] = made;
  if (single === 'manifest' && only !== undefined && made.length === 1)
    return { root: only.manifest.descriptor, documents };
  const members = index.manifests.filter(
    (member) => member.annotations?.[imageAnnotations.artifact] !== 'blocks',
  );
  const { annotations: __, ...rest } = index;
  const root = encodeImageIndex({
    ...rest,
    manifests: withMembers(members, made, asStandard),
    ...optional(annotations),
  });
  return { root: root.descriptor, documents: [...documents, root] };
}

/**
 * A platform that nobody has, so that no runtime takes it for an image; and no `artifactType`, since skopeo 1.9 refuses to copy an index with one
 * when it has to keep digests.
 */
function asMember({ descriptor: { mediaType, digest, size } }: EncodedDocument): ContentDescriptor {
  return {
    mediaType,
    digest,
    size,
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: { [imageAnnotations.artifact]: 'blocks' },
  };
}

function platformOf({ os, architecture, variant }: ImageConfig): Platform {
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

function blocksOf({ imports }: OpenedImage): ContentDescriptor[] {
  return blockDescriptors(imports.flatMap(({ files }) => files));
}

type MadeImage = AssembledImage & { readonly image: IndexedImage };

function documentsOf(made: readonly MadeImage[]): EncodedDocument[] {
  return made.flatMap(({ config, manifest }) => [config, manifest]);
}

/** The members of an index, those that were converted replaced. */
function withMembers(
  members: readonly ContentDescriptor[],
  made: readonly MadeImage[],
  as: (member: ContentDescriptor) => ContentDescriptor,
): ContentDescriptor[] {
  const manifests = new Map(
    made.map(({ image, manifest }) => [image.descriptor.digest, manifest.descriptor]),
  );
  return members.map((member) => {
    const descriptor = manifests.get(member.digest);
    return descriptor === undefined ? member : as({ ...member, ...descriptor });
  });
}

function asNative(member: ContentDescriptor): ContentDescriptor {
  return { ...member, annotations: { ...member.annotations, [imageAnnotations.form]: 'native' } };
}

function asStandard({ annotations = {}, ...member }: ContentDescriptor): ContentDescriptor {
  const { [imageAnnotations.form]: _, ...kept } = annotations;
  return { ...member, ...optional(kept) };
}

function optional(annotations: Annotations): { annotations?: Annotations } {
  return Object.keys(annotations).length === 0 ? {} : { annotations };
}

/** The blobs, and documents that are not kept anywhere yet. */
function withDocuments(blobs: BlobSource, documents: readonly EncodedDocument[]): BlobSource {
  const made = new Map(documents.map(({ descriptor, bytes }) => [descriptor.digest, bytes]));
  return {
    has: async (digest, size) => made.has(digest) || blobs.has(digest, size),
    read(digest, range) {
      const bytes = made.get(digest);
      return bytes === undefined ? blobs.read(digest, range) : bytesOf(bytes);
    },
  };
}

function withoutImports(name: string): BlockPackError {
  return new BlockPackError('INPUT_UNSUPPORTED', `${name} holds no imports: block-pack did not make it`, {
    hint: 'Only images that block-pack image made can be converted.',
    details: { name },
  });
}
