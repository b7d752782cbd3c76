import {
  type BaseImage,
  type BaseView,
  BlockPackError,
  type ContentDescriptor,
  type Descriptor,
  type Digest,
  type DirectoryOwner,
  gzipMember,
  type ImageManifest,
  type ImagePath,
  imageDocumentKind,
  imageInvalid,
  isNative,
  isRunnable,
  layerCompression,
  layerMediaTypes,
  type Platform,
  parseImageConfig,
  parseImageIndex,
  parseImageManifest,
  platformText,
  readDocument,
  repackLayer,
  type Warning,
} from '@block-pack/core';
import {
  type FoundImage,
  type Images,
  imageRoot,
  openImages,
  openPackMemory,
  parsePlace,
  type SavedPackMemory,
  type Store,
} from '@block-pack/store';
import { count } from '../byte-size.ts';
import type { CommandContext } from '../command.ts';
import { isOfContent, type OwnLayer, ownLayers } from './own-layers.ts';

/** What an image is built upon, for one platform. Its layers are in the store. */
export interface Base {
  readonly platform: Platform;
  /** Undefined where the image begins empty. */
  readonly image: BaseImage | undefined;
  readonly view: BaseView;
  readonly directories: ReadonlyMap<ImagePath, DirectoryOwner>;
}

/** Never the machine's own: the same call gives the same image everywhere. */
const usualPlatform: Platform = { os: 'linux', architecture: 'amd64' };

/**
 * The bases for all platforms that are wanted, sorted by platform.
 * @param place `scratch`, or where the base is
 * @param wanted none for the only one that the base has; undefined for all of them
 * @throws USAGE, and what reading images throws
 */
export async function openBases(
  place: string,
  wanted: readonly Platform[] | undefined,
  store: Store,
  context: CommandContext,
): Promise<readonly Base[]> {
  const bases = place === 'scratch' ? emptyBases(wanted) : await readBases(place, wanted, store, context);
  const sorted = [...bases].sort((a, b) => (platformText(a.platform) < platformText(b.platform) ? -1 : 1));
  const twice = sorted.find(
    (base, at) =>
      at > 0 && platformText(sorted[at - 1]?.platform ?? base.platform) === platformText(base.platform),
  );
  if (twice === undefined) return sorted;
  throw new BlockPackError('USAGE', `The platform ${platformText(twice.platform)} is asked for twice`);
}

function emptyBases(wanted: readonly Platform[] | undefined): Base[] {
  if (wanted === undefined) {
    throw new BlockPackError('USAGE', '--platform all means all platforms of a base, and scratch has none', {
      hint: 'Name them: --platform linux/amd64 --platform linux/arm64.',
    });
  }
  const platforms = wanted.length === 0 ? [usualPlatform] : wanted;
  return platforms.map((platform) => ({
    platform,
    image: undefined,
    view: emptyView,
    directories: new Map(),
  }));
}

const emptyView: BaseView = {
  entry: (path) => (path === '/' ? { kind: 'directory' } : undefined),
  resolve: (path) => path,
};

async function readBases(
  place: string,
  wanted: readonly Platform[] | undefined,
  store: Store,
  context: CommandContext,
): Promise<Base[]> {
  const parsed = parsePlace(place, context.directory);
  const images = await openImages(parsed);
  try {
    const memory = await openPackMemory(store, [`base ${parsed.path}`]);
    const bases: Base[] = [];
    for (const found of await chosen(images, wanted)) {
      bases.push(await new BaseReading(images, store, memory, context).read(found));
    }
    await memory.save();
    return bases;
  } finally {
    images.close();
  }
}

async function chosen(images: Images, wanted: readonly Platform[] | undefined): Promise<FoundImage[]> {
  if (wanted !== undefined && wanted.length > 0)
    return Promise.all(wanted.map((platform) => images.find(undefined, platform)));
  const found = await images.find();
  if (imageDocumentKind(found.descriptor.mediaType) === 'manifest') return [found];
  const members = membersOf(found, images.name);
  if (wanted === undefined || members.length === 1)
    return Promise.all(members.map(({ digest }) => images.find(digest)));
  const offered = members.map(({ platform }) =>
    platform === undefined ? 'one that is not named' : platformText(platform),
  );
  throw new BlockPackError('USAGE', `${images.name} has images for ${offered.join(', ')}`, {
    hint: 'Choose with --platform, which may be repeated, or take --platform all.',
    details: { platforms: offered },
  });
}

/** The images of an index. */
export function membersOf({ bytes, descriptor }: FoundImage, name: string): readonly ContentDescriptor[] {
  return parseImageIndex(bytes, name, descriptor.mediaType).manifests.filter(isRunnable);
}

/** Brings an image's layers into the store, and looks at what they hold. */
class BaseReading {
  readonly #images: Images;
  readonly #store: Store;
  readonly #memory: SavedPackMemory;
  readonly #context: CommandContext;

  constructor(images: Images, store: Store, memory: SavedPackMemory, context: CommandContext) {
    this.#images = images;
    this.#store = store;
    this.#memory = memory;
    this.#context = context;
  }

  async read({ bytes, descriptor }: FoundImage): Promise<Base> {
    const { name, blobs } = this.#images;
    const said = parseImageManifest(bytes, `${name}, manifest ${descriptor.digest}`, descriptor.mediaType);
    refuseOthers(said, name);
    const config = parseImageConfig(await readDocument(said.config, blobs, name), `The config of ${name}`);
    const diffIds = config.rootfs.diff_ids;
    if (diffIds.length !== said.layers.length) {
      throw imageInvalid(
        name,
        `it has ${said.layers.length} layers, and its config ${diffIds.length} diffIDs`,
      );
    }
    const layers: ContentDescriptor[] = [];
    const own = await ownLayers(said, blobs, name);
    for (const layer of said.layers) layers.push(await this.#bring(layer, own));
    const { signal, progress, warn } = this.#context;
    progress.show(`reading the base, ${count(layers.length, 'layer')}`);
    const view = await imageRoot(
      layers.flatMap((layer, at) => {
        const diffId = diffIds[at];
        return diffId === undefined ? [] : [{ ...layer, diffId }];
      }),
      this.#store,
      {
        cacheDirectory: this.#store.cacheDirectory,
        signal,
        onTwice: (layer, path) => warn(pathTwice(layer, path)),
      },
    );
    const { os, architecture, variant } = config;
    return {
      platform: { os, architecture, ...(variant === undefined ? {} : { variant }) },
      image: { manifest: { ...said, layers }, config },
      view,
      directories: new Map([...view.directories()].map((directory) => [directory.path, directory])),
    };
  }

  /**
   * The layer as it is. A plain tar, as docker save writes it, gets gzip around it: tools that copy images would give it one, of bytes of their own. Where the base's imports
   * describe the layer, it becomes the one that they describe.
   */
  async #bring(layer: ContentDescriptor, own: ReadonlyMap<Digest, OwnLayer>): Promise<ContentDescriptor> {
    const name = `The layer ${layer.digest} of ${this.#images.name}`;
    if (layerCompression(layer.mediaType, name) === 'none') return this.#packed(layer, own.get(layer.digest));
    await this.#keep(layer, name);
    return layer;
  }

  async #keep({ digest, size }: ContentDescriptor, name: string): Promise<void> {
    if (await this.#store.has(digest, size)) return;
    const written = await this.#store.write(this.#images.blobs.read(digest), digest);
    if (written.size !== size)
      throw imageInvalid(name, `it has ${written.size} bytes, and is said to have ${size}`);
  }

  async #packed(layer: ContentDescriptor, own: OwnLayer | undefined): Promise<ContentDescriptor> {
    const stamp = `${own?.derived?.digest ?? 'gzip-6'} ${layer.digest}`;
    const known = this.#memory.blockOf(stamp);
    const kept = known !== undefined && (await this.#store.has(known.digest, known.size)) ? known : undefined;
    const blob = kept ?? (await this.#repacked(layer, own)) ?? (await this.#gzipped(layer));
    if (kept === undefined)
      this.#memory.remember(stamp, { digest: blob.digest, size: blob.size, kind: 'file', files: 1 });
    const { digest, size } = blob;
    const isOwn = own !== undefined && (own.derived === undefined || own.derived.digest === digest);
    const annotations = isOwn ? { annotations: { ...layer.annotations, ...own.annotations } } : {};
    return { ...layer, mediaType: layerMediaTypes.gzip, digest, size, ...annotations };
  }

  /** Undefined where no imports describe the layer, or not as it is. */
  async #repacked({ digest }: ContentDescriptor, own: OwnLayer | undefined): Promise<Descriptor | undefined> {
    if (own?.derived === undefined) return undefined;
    try {
      const content = repackLayer(own.derived.manifest, this.#images.blobs.read(digest));
      return await this.#store.write(content, own.derived.digest);
    } catch (error) {
      if (!isOfContent(error)) throw error;
      return undefined;
    }
  }

  #gzipped({ digest }: ContentDescriptor): Promise<Descriptor> {
    return this.#store.write(gzipMember(this.#images.blobs.read(digest), 'gzip-6'));
  }
}

function pathTwice(layer: Digest, path: ImagePath): Warning {
  const message = `The layer ${layer} of the base holds ${path} twice; Docker and podman refuse such a layer`;
  return { code: 'PATH_TWICE', message };
}

function refuseOthers(manifest: ImageManifest, name: string): void {
  if (imageDocumentKind(manifest.config.mediaType) !== 'config' || manifest.artifactType !== undefined) {
    throw new BlockPackError('INPUT_UNSUPPORTED', `${name} is no image, but an artifact`, {
      hint: 'Name an image as the base.',
      details: { artifactType: manifest.artifactType ?? manifest.config.mediaType },
    });
  }
  if (!isNative(manifest)) return;
  throw new BlockPackError(
    'INPUT_UNSUPPORTED',
    `${name} is an image in native form, which cannot be built upon`,
    {
      hint: `Make its standard form first: block-pack convert ${name} --form standard -o oci:DIR:tag`,
      details: { name },
    },
  );
}
