import type { FileEntry, TreeEntry } from '@block-pack/core';
import { readStart } from '@block-pack/core';
import { type ManifestHeaders, readManifestHeaders } from './manifest-headers.ts';
import type { OwnIdentity } from './placement.ts';
import { readPomProperties } from './pom-properties.ts';

/** What is looked for stands at the beginning; the manifest of a signed archive goes on for long, with a digest for each entry. */
const startLimit = 1 << 20;

/** The archive's own `pom.properties`, if there is exactly one, and its manifest. */
export async function readOwnIdentity(entries: readonly TreeEntry[]): Promise<OwnIdentity> {
  const headers = await readHeaders(entries);
  const poms = entries.filter(({ path }) => /^META-INF\/maven\/[^/]+\/[^/]+\/pom\.properties$/.test(path));
  const [pom] = poms;
  const text = poms.length === 1 && pom?.kind === 'file' ? await readText(pom) : '';
  return {
    coordinates: readPomProperties(text),
    title: headers.get('implementation-title'),
    version: headers.get('implementation-version'),
  };
}

export async function readHeaders(entries: readonly TreeEntry[]): Promise<ManifestHeaders> {
  const manifest = entries.find(({ path }) => path === 'META-INF/MANIFEST.MF');
  return readManifestHeaders(manifest?.kind === 'file' ? await readText(manifest) : '');
}

export async function readText(file: FileEntry): Promise<string> {
  return new TextDecoder().decode(await readStart(file.read(), startLimit));
}
