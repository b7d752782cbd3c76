import {
  type Component,
  type Digest,
  emptyMemory,
  encodeImportManifest,
  type ImportManifest,
  pack,
  parseImagePath,
} from '@block-pack/core';
import { createNpmPacker, npmCache, npmInput, type OmitKind } from '@block-pack/npm';
import { diskLookup, openInput, openStore, resolveImports } from '@block-pack/store';

/** What the npm packer made of a project. */
export interface PackedProject {
  readonly manifest: ImportManifest;
  readonly text: string;
  readonly packages: readonly PackedPackage[];
}

export interface PackedPackage extends Component {
  readonly path: string;
  readonly digest: Digest;
}

export interface ProjectOptions {
  readonly omit?: readonly OmitKind[];
  /** npm's cache directory, to compare with what was published. */
  readonly cache?: string;
}

/** Packs a project's node_modules into a store. */
export async function packProject(
  directory: string,
  storeDirectory: string,
  { omit = [], cache }: ProjectOptions = {},
): Promise<PackedProject> {
  const store = await openStore(storeDirectory, { create: true });
  const input = await openInput(directory, { scratch: store, name: 'app' });
  const tarballs = cache === undefined ? undefined : npmCache(diskLookup(cache, 'the cache'));
  const packer = createNpmPacker({ omit, tarballs });
  const packed = await pack(packer, [npmInput(input.directory)], store, {
    memory: emptyMemory(),
    warn: () => {},
  });
  const packages = packed.imports.map(({ line, block, component }) => ({
    ...component,
    path: line.path,
    digest: block.digest,
  }));
  return { manifest: packed.manifest, text: encodeImportManifest(packed.manifest), packages };
}

/** Makes `/app` of the image again, from nothing but the manifest and the store. */
export async function resolveProject(
  project: PackedProject,
  storeDirectory: string,
  target: string,
): Promise<void> {
  const store = await openStore(storeDirectory);
  await resolveImports(project.manifest, store, target, { strip: parseImagePath('/app'), method: 'copy' });
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
