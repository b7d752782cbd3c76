import { resolve } from 'node:path';
import {
  BlockPackError,
  type Import,
  type ImportManifest,
  type ImportsFile,
  importSize,
  isImportsName,
  layerOrder,
  pack,
  sortImports,
  type Warning,
  withoutLayerRecipe,
} from '@block-pack/core';
import { checkStoreApart, openInput, openPackMemory, type Store } from '@block-pack/store';
import { createApplicationPacker } from '../application-files.ts';
import { byteSize } from '../byte-size.ts';
import type { CommandContext } from '../command.ts';
import { checkOutputOutside } from '../pack-output.ts';
import { parsePrefix } from '../prefix.ts';
import { readManifest } from '../read-manifest.ts';
import type { ImageCall } from './image-call.ts';

/**
 * The import manifests under their names in the image, in the order of their layers.
 * @throws USAGE for two of one name, BLOB_MISSING for an import whose block the store does not have
 */
export async function readSources(
  { manifests, files, output }: Pick<ImageCall, 'manifests' | 'files' | 'output'>,
  store: Store,
  context: CommandContext,
): Promise<readonly ImportsFile[]> {
  const sources: ImportsFile[] = [];
  for (const text of manifests) {
    const source = await readNamed(text, store, context);
    await checkBlocks(source, text, store);
    add(sources, source);
  }
  if (files.length > 0)
    add(sources, { name: 'files', manifest: await packFiles(files, output.place.path, store, context) });
  return sources.sort(layerOrder);
}

/** A name before the first `=`; a file whose own name begins so can be written as ./name=file. */
async function readNamed(text: string, store: Store, { directory }: CommandContext): Promise<ImportsFile> {
  const equals = text.indexOf('=');
  const given = text.slice(0, Math.max(equals, 0));
  const name = isImportsName(given) ? given : undefined;
  const { manifest } = await readManifest(
    name === undefined ? text : text.slice(equals + 1),
    directory,
    store,
  );
  return { name: name ?? manifest.packer, manifest: withoutLayerRecipe(manifest) };
}

function add(sources: ImportsFile[], source: ImportsFile): void {
  if (sources.some(({ name }) => name === source.name)) {
    throw new BlockPackError('USAGE', `Two import manifests have the name ${source.name}`, {
      hint: `Give one of them another name: ${source.name}-2=FILE.`,
      details: { name: source.name },
    });
  }
  if (source.manifest.imports.length === 0) {
    throw new BlockPackError('INPUT_EMPTY', `The import manifest ${source.name} imports nothing`, {
      hint: 'Leave it out.',
      details: { name: source.name },
    });
  }
  sources.push(source);
}

async function checkBlocks({ name, manifest }: ImportsFile, text: string, store: Store): Promise<void> {
  const missing: Import[] = [];
  for (const line of manifest.imports)
    if (!(await store.has(line.digest, importSize(line)))) missing.push(line);
  const [first] = missing;
  if (first === undefined) return;
  const more = missing.length === 1 ? '' : `, and ${missing.length - 1} more of it`;
  throw new BlockPackError(
    'BLOB_MISSING',
    `The block of ${first.path} (${first.attributes.get('purl') ?? first.digest}) is not in the store ${store.directory}${more}`,
    {
      hint: `${text} was packed into another store (--store), or its blocks were collected: pack it again, block-pack ${manifest.packer}.`,
      details: { manifest: name, digests: missing.map(({ digest }) => digest) },
    },
  );
}

/**
 * One manifest of all directories; its blocks are cut as `block-pack files` cuts them.
 * @param output where the image goes, which may not lie in what is packed
 */
async function packFiles(
  specs: readonly string[],
  output: string,
  store: Store,
  context: CommandContext,
): Promise<ImportManifest> {
  const imports: Import[] = [];
  for (const spec of specs) imports.push(...(await packDirectory(spec, output, store, context)));
  return { packer: 'files', directives: [], imports: sortImports(imports) };
}

async function packDirectory(
  spec: string,
  output: string,
  store: Store,
  context: CommandContext,
): Promise<readonly Import[]> {
  const { path, prefix } = parseFiles(spec);
  const { signal } = context;
  const scratch = { scratchDirectory: store.scratchDirectory };
  checkStoreApart(store.directory, resolve(context.directory, path), path);
  const input = await openInput(resolve(context.directory, path), { name: path, scratch, signal });
  try {
    checkOutputOutside(output, [input.realPath]);
    const warn = (warning: Warning) => context.warn(warning);
    const memory = await openPackMemory(store, [input.realPath]);
    const packed = await pack(createApplicationPacker({ prefix, warn }), [input.directory], store, {
      memory,
      signal,
      warn,
      onProgress: ({ bytes, totalBytes }) =>
        context.progress.show(`packing ${path}, ${byteSize(bytes)} of ${byteSize(totalBytes)}`),
    });
    await memory.save();
    return packed.manifest.imports;
  } finally {
    await input.close();
  }
}

/** The last `:/` parts the two, since a drive of Windows has one as well. */
function parseFiles(spec: string): { path: string; prefix: NonNullable<ReturnType<typeof parsePrefix>> } {
  const colon = spec.lastIndexOf(':/');
  const prefix = colon > 0 ? parsePrefix(spec.slice(colon + 1), '--files') : undefined;
  if (prefix !== undefined) return { path: spec.slice(0, colon), prefix };
  throw new BlockPackError('USAGE', `--files ${spec} does not say where the files go`, {
    hint: 'Expected a directory and a path in the image, such as --files dist:/app.',
    details: { files: spec },
  });
}
