import { readdirSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import {
  type BlobSource,
  BlockPackError,
  decodeImportManifest,
  type Import,
  type ImportManifest,
  withoutLayerRecipe,
} from '@block-pack/core';
import type { CarriedLayer, ContentsSource, ManifestLocation } from '@block-pack/report';
import { openImages, parsePlace, type Store } from '@block-pack/store';
import { HeldImages } from '../bundle/held-images.ts';
import type { CommandContext } from '../command.ts';
import { looksLikePlace } from '../commands/resolve-image.ts';
import { describeImage } from '../image/describe-image.ts';
import { oneImage } from '../one-image.ts';
import { readManifestFile, readTaggedManifest } from '../read-manifest.ts';
import { looksLikeRevision, readRevision } from './git-revision.ts';

/** What a command is told to compare or to report: its import manifests, and where its blocks are. */
export interface OpenContents {
  readonly name: string;
  readonly source: ContentsSource;
  readonly manifests: readonly ImportManifest[];
  readonly layers: readonly CarriedLayer[];
  /** Where imports stand in files. */
  readonly locations: ReadonlyMap<Import, ManifestLocation>;
  /** Blocks that lie beside the manifests, in the image; the store may have others. */
  readonly blocks: BlobSource;
  close(): void;
}

const noBlocks: BlobSource = {
  has: async () => false,
  read() {
    throw new Error('a block of nothing');
  },
};

/**
 * An image at any place; an import manifest as a file, or a folder of them; one of a git revision; a tag of the store. What is there as a file
 * is the file, whatever else its name may mean.
 * @param platform of an image that has several
 * @throws INPUT_MISSING, MANIFEST_INVALID, IMAGE_INVALID, USAGE
 */
export async function openContents(
  name: string,
  { platform, store }: { readonly platform: string | undefined; readonly store: Store | undefined },
  context: CommandContext,
): Promise<OpenContents> {
  if (looksLikePlace(name)) return openImage(name, platform, context);
  const path = resolve(context.directory, name);
  const kind = pathKind(path);
  const lines = new Lines();
  if (kind === 'file') {
    const manifest = readManifestFile(path, name, lines.of(shownPath(path, context)));
    return ofManifests(name, [manifest], lines.locations);
  }
  const folder = kind === 'directory' ? readFolder(path, name, lines, context) : [];
  if (folder.length > 0) return ofManifests(name, folder, lines.locations);
  if (looksLikeRevision(name)) return ofRevision(name, context);
  const tag = (await store?.tags())?.find((one) => one.name === name);
  if (tag !== undefined && store !== undefined)
    return ofManifests(name, [await readTaggedManifest(tag, store)]);
  throw kind === 'directory' ? noManifests(name, path) : nothing(name);
}

/** A name that cannot be a path, such as one longer than a file system takes, is neither. */
export function pathKind(path: string): 'file' | 'directory' | undefined {
  try {
    return statSync(path).isDirectory() ? 'directory' : 'file';
  } catch {
    return undefined;
  }
}

/** Where imports stand, as it is told while manifests are read. */
class Lines {
  readonly locations = new Map<Import, ManifestLocation>();

  of(file: string): (line: Import, number: number) => void {
    return (one, line) => void this.locations.set(one, { file, line });
  }
}

/** From where the command runs, with slashes; absolute where it does not lie below. */
function shownPath(path: string, { directory }: CommandContext): string {
  const below = relative(directory, path);
  const isOutside = below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below);
  return (isOutside ? path : below).replaceAll(sep, '/');
}

function ofManifests(
  name: string,
  manifests: readonly ImportManifest[],
  locations: ReadonlyMap<Import, ManifestLocation> = new Map(),
  source: ContentsSource = { kind: 'manifest' },
): OpenContents {
  return { name, source, manifests, locations, layers: [], blocks: noBlocks, close: () => {} };
}

/** All of the packers' manifests together: of the folder itself, or of its `block-pack`. */
function readFolder(
  path: string,
  name: string,
  lines: Lines,
  context: CommandContext,
): readonly ImportManifest[] {
  for (const folder of [path, join(path, 'block-pack')]) {
    if (pathKind(folder) !== 'directory') continue;
    const files = readdirSync(folder).filter((file) => file.endsWith('.import'));
    if (files.length > 0)
      return files.sort().map((file) => {
        const place = join(folder, file);
        return readManifestFile(place, `${name}/${file}`, lines.of(shownPath(place, context)));
      });
  }
  return [];
}

function noManifests(name: string, path: string): BlockPackError {
  return new BlockPackError('INPUT_EMPTY', `${name} is a folder without import manifests`, {
    hint: 'Name an import manifest, or a folder with files named *.import, such as block-pack.',
    details: { path },
  });
}

function ofRevision(name: string, { directory }: CommandContext): OpenContents {
  const files = readRevision(name, directory);
  const [first] = files;
  if (first === undefined) throw nothing(name);
  const lines = new Lines();
  const manifests = files.map(({ text, path, commit }) =>
    decodeImportManifest(text, `${path} of ${commit.slice(0, 12)}`, lines.of(path)),
  );
  return ofManifests(name, manifests, lines.locations, {
    kind: 'revision',
    commit: first.commit,
    path: name.slice(name.indexOf(':') + 1),
  });
}

async function openImage(
  name: string,
  platform: string | undefined,
  context: CommandContext,
): Promise<OpenContents> {
  const images = await openImages(parsePlace(name, context.directory));
  try {
    const { descriptor, bytes } = await oneImage(images, platform);
    const [image] = await describeImage(descriptor, bytes, images, undefined);
    if (image === undefined) throw noImage(name);
    const blocks = new HeldImages();
    await blocks.add(descriptor, images);
    return {
      name,
      source: { kind: 'image', digest: image.digest, platform: image.platform },
      manifests: image.imports.map(({ manifest }) => withoutLayerRecipe(manifest)),
      locations: new Map(),
      layers: image.layers.flatMap(({ kind, digest, size }) => (kind === 'plain' ? [{ digest, size }] : [])),
      blocks,
      close: () => images.close(),
    };
  } catch (error) {
    images.close();
    throw error;
  }
}

function noImage(name: string): BlockPackError {
  return new BlockPackError('INPUT_UNSUPPORTED', `${name} is an artifact, not an image`, {
    hint: 'Name an image that can be run.',
    details: { name },
  });
}

function nothing(name: string): BlockPackError {
  return new BlockPackError(
    'INPUT_MISSING',
    `${name} is no file, no place of images, no git revision and no tag of the store`,
    {
      hint: 'Give an import manifest (block-pack/java.import), an image (oci:DIR:tag), or a revision of a committed manifest (HEAD~1:block-pack/java.import).',
      details: { name },
    },
  );
}
