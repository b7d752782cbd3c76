import { closeSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  BlockPackError,
  type Bytes,
  bytesOf,
  type ContentDescriptor,
  digestHex,
  encodeImageIndex,
  type FileEntry,
  imageIndexMediaType,
  writeCanonicalTar,
} from '@block-pack/core';
import { Draft, draftPrefix, syncDirectory } from '../draft.ts';
import { refName } from '../index-file.ts';
import { makeDirectory } from '../make-directory.ts';
import { removeStaleDrafts } from '../target-draft.ts';
import { statsAt, targetFile } from '../target-file.ts';
import { giveTurn } from '../turn.ts';
import { dockerManifest } from './docker-manifest.ts';
import { dockerTag, fullDockerName } from './docker-name.ts';
import type { Publication } from './publish.ts';

/**
 * Writes an image layout as a tar in its canonical form, so one image has one archive. A `docker-archive:` has `manifest.json` besides, which is what Docker looks for: the
 * same file then loads in docker, podman, containerd and skopeo.
 * @returns bytes of all blobs that were written
 */
export async function writeArchive(publication: Publication): Promise<number> {
  const { place, closure, leftOut } = publication;
  const leaves = closure.leaves.filter(({ digest }) => !leftOut.has(digest));
  const blobs = [...leaves, ...closure.documents];
  const entries = [
    ...blobs.map((descriptor) => blobEntry(descriptor, publication)),
    fileEntry('oci-layout', JSON.stringify({ imageLayoutVersion: '1.0.0' })),
    indexEntry(publication),
  ];
  if (place.kind === 'docker-archive')
    entries.push(fileEntry('manifest.json', JSON.stringify(dockerManifest(publication))));
  await writeWhole(place.path, writeCanonicalTar(entries));
  return blobs.reduce((sum, { size }) => sum + size, 0);
}

function blobEntry({ digest, size }: ContentDescriptor, { blobs, progress }: Publication): FileEntry {
  async function* read(): Bytes {
    for await (const chunk of blobs.read(digest)) {
      progress.add(0, chunk.length);
      yield chunk;
    }
    progress.add(1, 0);
  }
  return { kind: 'file', path: `blobs/sha256/${digestHex(digest)}`, size, executable: false, read };
}

function fileEntry(path: string, content: string | Uint8Array): FileEntry {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return { kind: 'file', path, size: bytes.length, executable: false, read: () => bytesOf(bytes) };
}

function indexEntry({ entries, place }: Publication): FileEntry {
  const names = place.kind === 'docker-archive' ? dockerNames : ociNames;
  const { bytes } = encodeImageIndex({
    schemaVersion: 2,
    mediaType: imageIndexMediaType,
    manifests: entries.map(({ root, name }) => ({
      ...root,
      annotations: { ...root.annotations, ...(name !== undefined && names(name)) },
    })),
  });
  return fileEntry('index.json', bytes);
}

function ociNames(name: string): Record<string, string> {
  return { [refName]: name };
}

const containerdName = 'io.containerd.image.name';

/** Annotations by which tools name an image in an index. */
export const nameAnnotations: readonly string[] = [refName, containerdName];

/** As Docker and buildkit write them: containerd and podman take the full name from the first. */
function dockerNames(name: string): Record<string, string> {
  return { [containerdName]: fullDockerName(name), [refName]: dockerTag(name) };
}

/** Under its name when it is whole; a pipe or a device, such as /dev/stdout, is written to as it is. */
async function writeWhole(path: string, content: Bytes): Promise<void> {
  const file = archiveFile(path);
  if (file === undefined) await writeThrough(path, content);
  else await writeDraft(file, content);
}

/** The file that is replaced when an archive is written, as {@link targetFile} has it. @throws OUTPUT_REFUSED */
export function archiveFile(path: string): string | undefined {
  if (!statsAt(path, 'write')?.isDirectory()) return targetFile(path);
  throw new BlockPackError('OUTPUT_REFUSED', `${path} is a directory, and an archive is a file`, {
    hint: `Give the name of a file, or write oci:${path} for an image layout.`,
    details: { path },
  });
}

async function writeDraft(path: string, content: Bytes): Promise<void> {
  makeDirectory(dirname(path));
  removeStaleDrafts(dirname(path));
  const draft = new Draft(dirname(path), draftPrefix);
  try {
    for await (const chunk of content) {
      await draft.writeLater(chunk);
      await giveTurn();
    }
    await draft.settle(0o666 & ~process.umask());
    draft.rename(path);
    syncDirectory(dirname(path));
  } finally {
    draft.discard();
  }
}

async function writeThrough(path: string, content: Bytes): Promise<void> {
  const file = openSync(path, 'w');
  try {
    for await (const chunk of content) {
      for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
      await giveTurn();
    }
  } finally {
    closeSync(file);
  }
}
