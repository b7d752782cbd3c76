import type { BlobStore } from '../blob.ts';
import { cutBlock } from '../cut.ts';
import { parseImagePath } from '../image-path.ts';
import { type Import, type ImportManifest, sortImports } from '../import-manifest.ts';
import { fakeFile, fakeInput } from './packer-contract.ts';

/** A file's content, or the files of a tree in the notation of `fakeInput`; the path may stand for several trees. */
export type FakeImport = readonly [
  path: string,
  content: string | Uint8Array | Readonly<Record<string, string | Uint8Array>>,
];

/** An import manifest whose blocks are in the store. A file named `*.sh` is executable. */
export async function fakeManifest(
  store: BlobStore,
  imports: readonly FakeImport[],
  packer = 'java',
): Promise<ImportManifest> {
  const lines = await Promise.all(imports.map((one) => fakeImport(store, one)));
  return { packer, directives: [], imports: sortImports(lines) };
}

async function fakeImport(store: BlobStore, [path, content]: FakeImport): Promise<Import> {
  const attributes = new Map<string, string>();
  if (typeof content === 'string' || content instanceof Uint8Array) {
    const { digest, size } = await cutBlock({ kind: 'file', file: fakeFile(path, content) }, store);
    attributes.set('size', String(size));
    if (path.endsWith('.sh')) attributes.set('mode', '755');
    return { path: parseImagePath(path), digest, attributes };
  }
  const executable = Object.keys(content).filter((name) => name.endsWith('.sh'));
  const entries = await fakeInput(content, { executable }).entries();
  const { digest, size, files } = await cutBlock({ kind: 'tree', entries }, store);
  attributes.set('type', 'tree').set('size', String(size)).set('files', String(files));
  return { path: parseImagePath(path), digest, attributes };
}
