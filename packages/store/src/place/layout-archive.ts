import { BlockPackError, type Digest, isDigest, readRange } from '@block-pack/core';
import { diskError, errnoOf } from '../disk-error.ts';
import { type OpenFile, openFile } from '../open-file.ts';
import type { OpenPlace } from './images.ts';
import { listLayout } from './layout-index.ts';
import { LocatedBlobs, type Location } from './located-blobs.ts';
import type { Place } from './place.ts';
import { listTar, type TarListing } from './tar-listing.ts';

/** An image layout in a tar, read in place. */
export async function openLayoutArchive(place: Place): Promise<OpenPlace> {
  return withArchive(place, async (file, tar) => ({
    listed: await listLayoutIn(place.text, file, tar),
    blobs: new LocatedBlobs(place.text, layoutBlobs(file, tar)),
  }));
}

/** Opens an archive and lists it; what is made of that keeps the file open until it is closed. */
export async function withArchive(
  { path, text }: Place,
  open: (file: OpenFile, tar: TarListing) => Promise<Omit<OpenPlace, 'close'>>,
): Promise<OpenPlace> {
  const file = openArchive(path, text);
  try {
    const made = await open(file, await listTar(file.bytes, text));
    return { ...made, close: () => file.close() };
  } catch (error) {
    file.close();
    throw error;
  }
}

export async function listLayoutIn(name: string, file: OpenFile, tar: TarListing) {
  return listLayout(name, async (path) => {
    const found = tar.file(path);
    return found && { size: found.size, read: () => readRange(file.bytes, found.offset, found.size) };
  });
}

/** The blobs of the layout by their digests, as their names say; reading them verifies it. */
export function layoutBlobs(file: OpenFile, tar: TarListing): Map<Digest, Location> {
  const blobs = new Map<Digest, Location>();
  const folder = 'blobs/sha256/';
  for (const path of tar.paths()) {
    const digest = `sha256:${path.slice(folder.length)}`;
    const found = path.startsWith(folder) && isDigest(digest) ? tar.file(path) : undefined;
    if (found !== undefined && isDigest(digest)) blobs.set(digest, { source: file.bytes, ...found });
  }
  return blobs;
}

function openArchive(path: string, text: string): OpenFile {
  try {
    return openFile(path);
  } catch (error) {
    const cause = error instanceof BlockPackError ? error.cause : error;
    if (errnoOf(cause) === 'ENOENT') {
      throw new BlockPackError('INPUT_MISSING', `There is nothing at ${path} (${text})`, {
        hint: 'Check the path; a relative one starts from the working directory.',
        details: { path },
      });
    }
    if (error instanceof BlockPackError && error.code === 'INPUT_UNSUPPORTED') {
      throw new BlockPackError('INPUT_UNSUPPORTED', `${path} is no file, and ${text} means an archive`, {
        hint: `If it is an image layout, write oci:${path}.`,
        details: { path },
      });
    }
    throw diskError(error, 'INPUT_UNREADABLE', 'read', path);
  }
}
