import { BlockPackError, collect, type FileEntry, type PackContext, type TreeEntry } from '@block-pack/core';
import { readEvidence } from './evidence/read-evidence.ts';
import type { ResolverEvidence } from './evidence/resolver-evidence.ts';

/** For a thousand libraries it has about a megabyte. */
const largest = 16 << 20;

/** Where Spring Boot's and other builds put a bill of materials, and Quarkus its list. */
const listInside = /^(META-INF\/sbom\/[^/]+\.json|quarkus-app-dependencies\.txt)$/;

/** What the input itself says was resolved for it. A list that cannot be read is told and left out. */
export async function readEmbeddedEvidence(
  entries: readonly TreeEntry[],
  name: string,
  { warn }: PackContext,
): Promise<ResolverEvidence[]> {
  const found: ResolverEvidence[] = [];
  for (const entry of entries) {
    if (entry.kind !== 'file' || !listInside.test(entry.path)) continue;
    try {
      found.push(await readFile(entry, `${name}/${entry.path}`));
    } catch (error) {
      if (!(error instanceof BlockPackError) || error.code === 'INPUT_CHANGED') throw error;
      warn({ code: 'EVIDENCE_IGNORED', message: error.message });
    }
  }
  return found;
}

async function readFile(file: FileEntry, name: string): Promise<ResolverEvidence> {
  return readEvidence(new TextDecoder().decode(await collect(file.read(), largest, name)), name);
}
