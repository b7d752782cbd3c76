import {
  BlockPackError,
  type ContentDescriptor,
  collect,
  type Digest,
  digestOf,
  documentLimit,
  encodeImageManifest,
  imageConfigMediaType,
  imageDocumentKind,
  imageInvalid,
  imageManifestMediaType,
  type LayerCompression,
  layerMediaTypes,
  Measure,
  parseImageConfig,
  parseImageIndex,
  parseImageManifest,
  parseJsonDocument,
  randomAccessOf,
  readRange,
} from '@block-pack/core';
import * as v from 'valibot';
import type { OpenFile } from '../open-file.ts';
import { giveTurn } from '../turn.ts';
import type { ListedImage, OpenPlace } from './images.ts';
import { layoutBlobs, listLayoutIn, withArchive } from './layout-archive.ts';
import { LocatedBlobs, type Location } from './located-blobs.ts';
import type { Place } from './place.ts';
import type { TarListing } from './tar-listing.ts';

/** What `manifest.json` says of an image. @see https://github.com/moby/docker-image-spec/blob/main/v1.2.md#combined-image-json--filesystem-changeset-format */
const savedImages = v.array(
  v.looseObject({
    Config: v.string(),
    RepoTags: v.optional(v.nullable(v.array(v.string()))),
    Layers: v.nullable(v.array(v.string())),
  }),
);
type SavedImage = v.InferOutput<typeof savedImages>[number];

/**
 * What `docker save`, `podman save` or skopeo wrote, of any age from Docker 1.10 on. Where an image layout stands in the same tar, an image that it
 * knows keeps its OCI manifest; any other gets one that is made here of its config and layers.
 */
export async function openDockerArchive(place: Place): Promise<OpenPlace> {
  return withArchive(place, async (file, tar) => new DockerArchive(place.text, file, tar).open());
}

class DockerArchive {
  readonly #name: string;
  readonly #file: OpenFile;
  readonly #tar: TarListing;
  readonly #locations: Map<Digest, Location>;

  constructor(name: string, file: OpenFile, tar: TarListing) {
    this.#name = name;
    this.#file = file;
    this.#tar = tar;
    this.#locations = layoutBlobs(file, tar);
  }

  async open(): Promise<Omit<OpenPlace, 'close'>> {
    const saved = parseSaved(await this.#document('manifest.json', missingManifest), this.#name);
    const known = await this.#knownManifests();
    const listed: ListedImage[] = [];
    for (const image of saved) {
      const config = await this.#document(image.Config, this.#missing);
      const descriptor = known.get(digestOf(config)) ?? (await this.#made(image, config));
      listed.push({ names: image.RepoTags ?? [], descriptor });
    }
    return { listed, blobs: new LocatedBlobs(this.#name, this.#locations) };
  }

  /** Manifests of an image layout in the same tar, by the digests of their configs. */
  async #knownManifests(): Promise<ReadonlyMap<Digest, ContentDescriptor>> {
    const known = new Map<Digest, ContentDescriptor>();
    if (this.#tar.file('oci-layout') === undefined) return known;
    const queue = (await listLayoutIn(this.#name, this.#file, this.#tar)).map(({ descriptor }) => descriptor);
    const seen = new Set<Digest>();
    for (const descriptor of queue) {
      const { digest, mediaType } = descriptor;
      const kind = imageDocumentKind(mediaType);
      // Of several platforms, an archive may hold one.
      if (kind === undefined || seen.has(digest) || !this.#locations.has(digest)) continue;
      seen.add(digest);
      const bytes = await this.#document(`blobs/${digest.replace(':', '/')}`, this.#missing);
      if (kind === 'index') queue.push(...parseImageIndex(bytes, `The index ${digest}`, mediaType).manifests);
      else
        known.set(parseImageManifest(bytes, `The manifest ${digest}`, mediaType).config.digest, descriptor);
    }
    return known;
  }

  async #made({ Config, Layers }: SavedImage, configBytes: Uint8Array): Promise<ContentDescriptor> {
    const { rootfs } = parseImageConfig(configBytes, `${Config} of ${this.#name}`);
    const files = Layers ?? [];
    if (files.length !== rootfs.diff_ids.length) {
      throw imageInvalid(
        this.#name,
        `it lists ${files.length} layers, and ${Config} has ${rootfs.diff_ids.length}`,
      );
    }
    const layers: ContentDescriptor[] = [];
    for (const [at, diffId] of rootfs.diff_ids.entries())
      layers.push(await this.#layer(files[at] ?? '', diffId));
    const config = this.#keep(configBytes, imageConfigMediaType);
    const mediaType = imageManifestMediaType;
    const { bytes } = encodeImageManifest({ schemaVersion: 2, mediaType, config, layers });
    return this.#keep(bytes, mediaType);
  }

  /** A plain tar is named by its diffID, and verified when it is read; a compressed one must be read to be named. */
  async #layer(path: string, diffId: Digest): Promise<ContentDescriptor> {
    const slice = this.#tar.file(path);
    if (slice === undefined) throw this.#missing(path);
    const location = { source: this.#file.bytes, ...slice };
    const compression = await compressionOf(location);
    const digest = compression === 'none' ? diffId : await measured(location);
    this.#locations.set(digest, location);
    return { mediaType: layerMediaTypes[compression], digest, size: slice.size };
  }

  #keep(bytes: Uint8Array, mediaType: string): ContentDescriptor {
    const digest = digestOf(bytes);
    this.#locations.set(digest, { source: randomAccessOf(bytes), offset: 0, size: bytes.length });
    return { mediaType, digest, size: bytes.length };
  }

  async #document(path: string, missing: (path: string, name: string) => Error): Promise<Uint8Array> {
    const slice = this.#tar.file(path);
    if (slice === undefined) throw missing(path, this.#name);
    const content = readRange(this.#file.bytes, slice.offset, slice.size);
    return collect(content, documentLimit, `${path} of ${this.#name}`);
  }

  readonly #missing = (path: string): BlockPackError =>
    imageInvalid(this.#name, `it has no ${JSON.stringify(path)}, which belongs to an image`);
}

async function compressionOf({ source, offset, size }: Location): Promise<LayerCompression> {
  const start = await source.read(offset, Math.min(4, size));
  if (start[0] === 0x1f && start[1] === 0x8b) return 'gzip';
  return Buffer.from(start).toString('hex') === '28b52ffd' ? 'zstd' : 'none';
}

async function measured({ source, offset, size }: Location): Promise<Digest> {
  const measure = new Measure();
  for await (const chunk of readRange(source, offset, size)) {
    measure.add(chunk);
    await giveTurn();
  }
  return measure.digest();
}

function parseSaved(bytes: Uint8Array, name: string): readonly SavedImage[] {
  const parsed = v.safeParse(savedImages, parseJsonDocument(bytes, `manifest.json of ${name}`));
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const where = v.getDotPath(issue) ?? 'the document';
  throw imageInvalid(
    `manifest.json of ${name}`,
    `${where}: expected ${issue.expected}, found ${issue.received}`,
  );
}

function missingManifest(_path: string, name: string): BlockPackError {
  return new BlockPackError('INPUT_UNSUPPORTED', `${name} was not saved by Docker: it has no manifest.json`, {
    hint: 'A tar of an image layout is written oci-archive:FILE. What Docker saved before 1.10 must be loaded and saved again.',
    details: { place: name },
  });
}
