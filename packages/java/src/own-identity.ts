import { collect, type FileEntry, type TreeEntry } from '@block-pack/core';
import { type ManifestHeaders, readManifestHeaders } from './manifest-headers.ts';
import type { OwnIdentity } from './placement.ts';
import { readPomProperties } from './pom-properties.ts';

/** Larger ones were not written by a build tool. */
const smallFile = 1 << 20;

/** The archive's own `pom.properties`, if there is exactly one, and its manifest. */
export async function readOwnIdentity(entries: readonly TreeEntry[], name: string): Promise<OwnIdentity> {
  const headers = await readHeaders(entries, name);
  const poms = entries.filter(({ path }) => /^META-INF\/maven\/[^/]+\/[^/]+\/pom\.properties$/.test(path));
  const [pom] = poms;
  const text = poms.length === 1 && pom?.kind === 'file' ? await readText(pom, name) : '';
  return {
    coordinates: readPomProperties(text),
    title: headers.get('implementation-title'),
    version: headers.get('implementation-version'),
  };
}

export async function readHeaders(entries: readonly TreeEntry[], name: string): Promise<ManifestHeaders> {
  const manifest = entries.find(({ path }) => path === 'META-INF/MANIFEST.MF');
  return readManifestHeaders(manifest?.kind === 'file' ? await readText(manifest, name) : '');
}

export async function readText(file: FileEntry, name: string): Promise<string> {
  return new TextDecoder().decode(await collect(file.read(), smallFile, `${name}/${file.path}`));
}
