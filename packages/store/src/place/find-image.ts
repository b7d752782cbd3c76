import {
  BlockPackError,
  bundleArtifactType,
  type ContentDescriptor,
  collect,
  documentLimit,
  imageDocumentKind,
  imageInvalid,
  isDigest,
  isRunnable,
  type Platform,
  parseImageConfig,
  parseImageIndex,
  parseImageManifest,
  platformMatches,
  platformText,
} from '@block-pack/core';
import { isCompanion, isSavedCompanion } from './accompanying.ts';
import { fullDockerName } from './docker-name.ts';
import type { FoundImage, ListedImage, OpenPlace, PlaceBlobs } from './images.ts';
import type { Place } from './place.ts';

/** The name that is meant where none is given and there is more than one. */
export const defaultName = 'latest';

/** Indexes within indexes. */
const depthLimit = 4;

/** See `Images.find`. */
export async function findImage(
  place: Place,
  { listed, blobs }: OpenPlace,
  reference: string | undefined,
  platform: Platform | undefined,
): Promise<FoundImage> {
  const search = new Search(place, listed, blobs);
  const root = await search.root(wish(place, reference));
  const found = await search.load(root);
  return platform === undefined ? found : search.forPlatform(found, platform);
}

/** True for an entry that is an image or an index of images, not an artifact and not what speaks of another entry. */
export function isImageEntry(entry: ListedImage): boolean {
  const { artifactType, mediaType } = entry.descriptor;
  return !isCompanion(entry) && artifactType === undefined && imageDocumentKind(mediaType) !== undefined;
}

interface Wish {
  readonly name?: string;
  readonly digest?: string;
}

function wish(place: Place, reference: string | undefined): Wish {
  if (reference === undefined) {
    return {
      ...(place.reference !== undefined && { name: place.reference }),
      ...(place.digest !== undefined && { digest: place.digest }),
    };
  }
  return isDigest(reference) ? { digest: reference } : { name: reference };
}

class Search {
  readonly #place: Place;
  readonly #listed: readonly ListedImage[];
  readonly #blobs: PlaceBlobs;

  constructor(place: Place, listed: readonly ListedImage[], blobs: PlaceBlobs) {
    this.#place = place;
    this.#listed = listed;
    this.#blobs = blobs;
  }

  async root({ name, digest }: Wish): Promise<ContentDescriptor> {
    if (name !== undefined) {
      const named = this.#oneOf(this.#named(name), name);
      if (digest !== undefined && named.digest !== digest)
        throw this.#otherDigest(name, named.digest, digest);
      return named;
    }
    return digest === undefined ? this.#onlyImage() : this.#byDigest(digest);
  }

  #named(name: string): ContentDescriptor[] {
    const full = this.#place.kind === 'docker-archive' ? fullDockerName : (one: string) => one;
    return this.#listed
      .filter((entry) => !isSavedCompanion(entry))
      .filter(({ names }) => names.some((one) => full(one) === full(name)))
      .map(({ descriptor }) => descriptor);
  }

  #onlyImage(): ContentDescriptor {
    const images = this.#listed.filter(isImageEntry).map(({ descriptor }) => descriptor);
    if (new Set(images.map(({ digest }) => digest)).size <= 1) return this.#oneOf(images);
    const latest = this.#named(defaultName);
    if (latest.length > 0) return this.#oneOf(latest, defaultName);
    throw new BlockPackError('USAGE', `${this.#place.text} holds more than one image`, {
      hint: `Say which one is meant. ${this.#held()}`,
      details: { place: this.#place.text },
    });
  }

  async #byDigest(digest: string): Promise<ContentDescriptor> {
    for (const { descriptor } of this.#listed) {
      if (descriptor.digest === digest) return descriptor;
    }
    for (const { descriptor } of this.#listed) {
      if (imageDocumentKind(descriptor.mediaType) !== 'index') continue;
      const inside = await this.#members(await this.load(descriptor));
      const found = inside.find((one) => one.digest === digest);
      if (found !== undefined) return found;
    }
    throw this.#missing(`no image with the digest ${digest}`);
  }

  #oneOf(found: readonly ContentDescriptor[], name?: string): ContentDescriptor {
    const [first] = found;
    if (first === undefined)
      throw this.#missing(name === undefined ? 'no image' : `no image named ${JSON.stringify(name)}`);
    if (found.every(({ digest }) => digest === first.digest)) return first;
    throw new BlockPackError(
      'USAGE',
      `${this.#place.text} holds more than one image named ${JSON.stringify(name)}`,
      {
        hint: `Give the digest of the one that is meant: ${found.map(({ digest }) => digest).join(' or ')}.`,
        details: { digests: found.map(({ digest }) => digest) },
      },
    );
  }

  async load(descriptor: ContentDescriptor): Promise<FoundImage> {
    const { digest, mediaType, size } = descriptor;
    const kind = imageDocumentKind(mediaType);
    if (kind !== 'manifest' && kind !== 'index') {
      throw new BlockPackError(
        'INPUT_UNSUPPORTED',
        `${digest} in ${this.#place.text} is no image: its media type is ${mediaType}`,
        {
          hint: `Expected a manifest or an index, of OCI or of Docker schema 2. ${this.#held()}`,
          details: { digest, mediaType },
        },
      );
    }
    return { descriptor, bytes: await this.#bytes(digest, size) };
  }

  async #bytes(digest: ContentDescriptor['digest'], size: number): Promise<Uint8Array> {
    if (size > documentLimit) {
      throw imageInvalid(
        this.#place.text,
        `${digest} should have ${size} bytes, more than the ${documentLimit} that registries take`,
      );
    }
    const bytes = await collect(this.#blobs.read(digest), documentLimit, `${digest} in ${this.#place.text}`);
    if (bytes.length === size) return bytes;
    throw imageInvalid(this.#place.text, `${digest} should have ${size} bytes, and has ${bytes.length}`);
  }

  async forPlatform(image: FoundImage, wanted: Platform): Promise<FoundImage> {
    if (imageDocumentKind(image.descriptor.mediaType) === 'manifest') {
      const offered = await this.#platformOf(image);
      if (offered === undefined || platformMatches(wanted, offered)) return image;
      throw this.#noPlatform(wanted, [offered]);
    }
    const members = (await this.#members(image)).filter(isRunnable);
    const offered = await Promise.all(
      members.map(async (one) => one.platform ?? (await this.#platformOf(await this.load(one)))),
    );
    const fitting = members.filter((_, at) => isFitting(wanted, offered[at]));
    const [first] = fitting;
    if (first === undefined)
      throw this.#noPlatform(
        wanted,
        offered.filter((one) => one !== undefined),
      );
    if (fitting.every(({ digest }) => digest === first.digest)) return this.load(first);
    throw new BlockPackError(
      'USAGE',
      `${this.#place.text} has more than one image for ${platformText(wanted)}`,
      {
        hint: `Say which one: ${offered
          .filter((one) => isFitting(wanted, one))
          .map((one) => one && platformText(one))
          .join(', ')}.`,
        details: { platform: platformText(wanted) },
      },
    );
  }

  /** The manifests of an index and of the indexes inside it, each index once: a few hostile ones could name each other without end. */
  async #members(image: FoundImage, seen = new Set<string>(), depth = 0): Promise<ContentDescriptor[]> {
    const { digest, mediaType } = image.descriptor;
    if (depth > depthLimit)
      throw imageInvalid(this.#place.text, `its indexes are nested deeper than ${depthLimit}`);
    seen.add(digest);
    const { manifests } = parseImageIndex(image.bytes, `The index ${digest}`, mediaType);
    const members: ContentDescriptor[] = [];
    for (const one of manifests) {
      if (imageDocumentKind(one.mediaType) !== 'index') members.push(one);
      else if (!seen.has(one.digest))
        for (const inner of await this.#members(await this.load(one), seen, depth + 1)) members.push(inner);
    }
    return members;
  }

  /** As its config says; undefined for what is no image for any machine. */
  async #platformOf({ descriptor, bytes }: FoundImage): Promise<Platform | undefined> {
    const { config } = parseImageManifest(bytes, `The manifest ${descriptor.digest}`, descriptor.mediaType);
    if (imageDocumentKind(config.mediaType) !== 'config') return undefined;
    return parseImageConfig(await this.#bytes(config.digest, config.size), `The config ${config.digest}`);
  }

  #missing(what: string): BlockPackError {
    return new BlockPackError('INPUT_MISSING', `${this.#place.text} holds ${what}`, {
      hint: this.#held(),
      details: { place: this.#place.text },
    });
  }

  #otherDigest(name: string, seen: string, expected: string): BlockPackError {
    return new BlockPackError(
      'DIGEST_MISMATCH',
      `${name} in ${this.#place.text} is ${seen}, expected ${expected}`,
      {
        hint: 'The name leads to another image by now. Leave the name out to have the one with that digest.',
        details: { seen, expected },
      },
    );
  }

  #noPlatform(wanted: Platform, offered: readonly Platform[]): BlockPackError {
    const texts = [...new Set(offered.map(platformText))];
    return new BlockPackError(
      'INPUT_MISSING',
      `${this.#place.text} holds no image for ${platformText(wanted)}`,
      {
        hint: texts.length === 0 ? 'It names no platform at all.' : `It has ${texts.join(', ')}.`,
        details: { platform: platformText(wanted), offered: texts },
      },
    );
  }

  #held(): string {
    const names = this.#listed.flatMap((one) => one.names);
    if (this.#listed.length === 0) return 'It is empty.';
    if (this.#listed.some(({ descriptor }) => descriptor.artifactType === bundleArtifactType))
      return 'It is a bundle: block-pack inspect FILE shows what it brings, and block-pack apply makes it.';
    const shown = names.slice(0, 10).join(', ') + (names.length > 10 ? ` and ${names.length - 10} more` : '');
    const nameless = this.#listed
      .filter((one) => one.names.length === 0)
      .map(({ descriptor }) => descriptor.digest);
    return `It has ${[...(shown === '' ? [] : [shown]), ...nameless.slice(0, 3)].join(', ')}.`;
  }
}

function isFitting(wanted: Platform, offered: Platform | undefined): boolean {
  return offered !== undefined && platformMatches(wanted, offered);
}
