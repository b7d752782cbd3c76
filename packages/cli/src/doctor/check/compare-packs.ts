import {
  type BlobSource,
  type Digest,
  encodeImport,
  type Import,
  type ImportManifest,
  importKind,
  Measure,
  readCanonicalTar,
  type TreeEntry,
} from '@block-pack/core';

/** One of two packs of the same input. */
export interface ComparedPack {
  readonly manifest: ImportManifest;
  readonly store: BlobSource;
}

/** What the second pack has otherwise than the first. */
export interface PackDifference {
  /** Where the block belongs in the image. */
  readonly path: string;
  readonly purl: string;
  /** In the block; absent where the block as a whole, or what the manifest says of it, is another one. */
  readonly file?: string;
  readonly change: 'added' | 'removed' | 'changed';
}

/** The differences, down to the files of the blocks; a block's digest is believed, since its store has just measured it. */
export async function comparePacks(first: ComparedPack, second: ComparedPack): Promise<PackDifference[]> {
  const before = linesMissing(first.manifest, second.manifest);
  const after = linesMissing(second.manifest, first.manifest);
  const differences: PackDifference[] = [];
  for (const [key, line] of before) {
    const other = after.get(key);
    if (other === undefined) differences.push({ ...named(line), change: 'removed' });
    else differences.push(...(await blockDifferences(line, first, other, second)));
  }
  for (const [key, line] of after)
    if (!before.has(key)) differences.push({ ...named(line), change: 'added' });
  return differences;
}

/** Lines of the one that the other has not, by path and component. */
function linesMissing(of: ImportManifest, from: ImportManifest): Map<string, Import> {
  const there = new Set(from.imports.map(encodeImport));
  const missing = of.imports.filter((line) => !there.has(encodeImport(line)));
  return new Map(missing.map((line) => [`${line.path}\n${named(line).purl}`, line]));
}

function named({ path, attributes }: Import): { readonly path: string; readonly purl: string } {
  return { path, purl: attributes.get('purl') ?? '' };
}

async function blockDifferences(
  line: Import,
  first: ComparedPack,
  other: Import,
  second: ComparedPack,
): Promise<PackDifference[]> {
  const whole: PackDifference = { ...named(line), change: 'changed' };
  if (line.digest === other.digest || importKind(line) === 'file' || importKind(other) === 'file')
    return [whole];
  const before = await printsOf(first.store, line.digest);
  const after = await printsOf(second.store, other.digest);
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((file): PackDifference[] => {
    const [was, is] = [before.get(file), after.get(file)];
    if (was === is) return [];
    const change = was === undefined ? 'added' : is === undefined ? 'removed' : 'changed';
    return [{ ...whole, file, change }];
  });
}

/** What a tree block holds, in a few words for each path. */
async function printsOf(store: BlobSource, digest: Digest): Promise<ReadonlyMap<string, string>> {
  const prints = new Map<string, string>();
  for await (const entry of readCanonicalTar(store.read(digest), digest))
    prints.set(entry.path, await printOf(entry));
  return prints;
}

async function printOf(entry: TreeEntry): Promise<string> {
  switch (entry.kind) {
    case 'file': {
      const measure = new Measure();
      for await (const chunk of entry.read()) measure.add(chunk);
      return `${measure.digest()} ${entry.executable}`;
    }
    case 'symlink':
      return `a link to ${entry.target}`;
    case 'directory':
      return 'an empty directory';
  }
}
