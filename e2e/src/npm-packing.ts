import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { blockPack, type PackedImport, packAs } from './block-pack.ts';

/** What `block-pack npm` made of a project. */
export interface PackedProject {
  /** The import manifest's file. */
  readonly manifest: string;
  readonly text: string;
  readonly packages: readonly PackedImport[];
}

export interface ProjectOptions {
  readonly omit?: readonly string[];
  /** npm's cache directory, to compare with what was published. */
  readonly cache?: string;
}

/** Packs a project's node_modules into a store; the manifest lies beside the store. */
export function packProject(
  directory: string,
  store: string,
  { omit = [], cache }: ProjectOptions = {},
): PackedProject {
  const manifest = `${store}-${randomUUID()}.import`;
  const { imports } = packAs('npm', [
    directory,
    ...['--store', store, '-o', manifest],
    ...omit.flatMap((kind) => ['--omit', kind]),
    ...(cache === undefined ? [] : ['--npm-cache', cache]),
  ]);
  return { manifest, text: readFileSync(manifest, 'utf8'), packages: imports };
}

/** Makes `/app` of the image again, from nothing but the manifest and the store. */
export function resolveProject({ manifest }: PackedProject, store: string, target: string): void {
  const args = ['resolve', manifest, target, '--strip', '/app', '--method', 'copy', '--store', store];
  const { exitCode, stderr } = blockPack(args);
  if (exitCode !== 0) throw new Error(`block-pack resolve ended with ${exitCode}: ${stderr}`);
}

/** Names of packages that two projects have, with the blocks that only one of them has. */
export function differences(
  one: PackedProject,
  other: PackedProject,
): { readonly same: number; readonly different: readonly string[] } {
  const [ours, theirs] = [blocksByPurl(one), blocksByPurl(other)];
  const common = [...ours.keys()].filter((purl) => theirs.has(purl));
  const isSame = (purl: string) => {
    const [a, b] = [ours.get(purl) ?? new Set<string>(), theirs.get(purl) ?? new Set<string>()];
    return a.size === b.size && [...a].every((digest) => b.has(digest));
  };
  return { same: common.filter(isSame).length, different: common.filter((purl) => !isSame(purl)).sort() };
}

function blocksByPurl({ packages }: PackedProject): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { purl, digest } of packages) {
    if (!purl.startsWith('pkg:npm/')) continue;
    found.set(purl, (found.get(purl) ?? new Set()).add(digest));
  }
  return found;
}
