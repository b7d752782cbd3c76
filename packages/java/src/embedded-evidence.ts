import { BlockPackError, collect, type FileEntry, type PackContext, type TreeEntry } from '@block-pack/core';
import { readEvidence } from './evidence/read-evidence.ts';
import type { ResolverEvidence } from './evidence/resolver-evidence.ts';

/** Bytes. For a thousand libraries a list has three million; one of this size that is made to hurt takes some six seconds. */
const largest = 8 << 20;

/** An application has one or two. */
const mostLists = 4;

/** Where Spring Boot's and other builds put a bill of materials, and Quarkus its list. */
const listInside = /^(META-INF\/sbom\/[^/]+\.json|quarkus-app-dependencies\.txt)$/;

/** What the input itself says was resolved for it. A list that cannot be read is told and left out. */
export async function readEmbeddedEvidence(
  entries: readonly TreeEntry[],
  name: string,
  { warn }: PackContext,
): Promise<ResolverEvidence[]> {
  const lists = entries.filter(
    (entry) => entry.kind === 'file' && listInside.test(entry.path),
  ) as FileEntry[];
  const ignore = (message: string) => warn({ code: 'EVIDENCE_IGNORED', message });
  if (lists.length > mostLists)
    ignore(`${name} has ${lists.length} lists of libraries inside; the first ${mostLists} are read`);
  const found: ResolverEvidence[] = [];
  for (const list of lists.slice(0, mostLists)) {
    try {
      found.push(await readList(list, `${name}/${list.path}`));
    } catch (error) {
      if (!(error instanceof BlockPackError) || error.code === 'INPUT_CHANGED') throw error;
      ignore(error.message);
    }
  }
  return found;
}

async function readList(list: FileEntry, name: string): Promise<ResolverEvidence> {
  return readEvidence(new TextDecoder().decode(await collect(list.read(), largest, name)), name);
}
