import { existsSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import {
  BlockPackError,
  bytesOf,
  checkSignal,
  emptyConfig,
  encodeImportManifest,
  encodeImportsArtifact,
  findingsExitCode,
  type ImportManifest,
  type InputDirectory,
  imageManifestMediaType,
  importsArtifactType,
  type Packed,
  type Packer,
  type Placement,
  pack,
} from '@block-pack/core';
import {
  checkStoreApart,
  type OpenInput,
  type OpenInputOptions,
  openInput,
  openPackMemory,
  openStore,
  type Store,
  statsAt,
  writeFileAtomic,
} from '@block-pack/store';
import { byteSize, count } from './byte-size.ts';
import type { CommandContext, Outcome } from './command.ts';
import type { Console } from './console.ts';
import {
  differenceDocument,
  differenceText,
  isSame,
  type ManifestDifference,
  manifestDifference,
} from './manifest-difference.ts';
import { checkOutput, outputFile, shownPath } from './pack-output.ts';
import { type LeftOut, type PackDocument, type PackResult, packDocument, packText } from './pack-summary.ts';
import { readManifestFile } from './read-manifest.ts';
import { keepFindings } from './report/pack-findings.ts';
import { checkTag, defaultTag } from './tag-name.ts';

/** The options that every packing command has. */
export interface PackRunOptions {
  /** The import manifest's file; `-` for stdout; by default `block-pack/<packer>.import` beside what is packed. */
  readonly output?: string;
  readonly tag?: string;
  /** Leave the manifest as it is; compare with it. */
  readonly frozen?: boolean;
  /** Show every row of the table. */
  readonly all?: boolean;
}

/** What a packing command did, for whoever calls it beside others. */
export interface PackOutcome extends Outcome {
  readonly document: PackDocument | FrozenDocument;
}

/** The `--json` document of a comparison. */
export type FrozenDocument = {
  readonly frozen: { readonly manifest: string; readonly same: boolean } & ReturnType<
    typeof differenceDocument
  >;
};

/** What a command takes for input, and how it sees it. */
export interface InputView {
  /** What to give, for who gave something else; a sentence. */
  readonly expected: string;
  /** The folder of the input that is packed at least; the manifest lies beside it, or beside the archive. Empty for the input itself. */
  readonly folder: string;
  /** All folders of the input that are packed. */
  folders(directory: InputDirectory): Promise<readonly string[]>;
  view(directory: InputDirectory): InputDirectory;
  /** True for a file of the input that is never packed, so that a manifest may lie there. */
  isLeftOut(path: string): boolean;
}

/** The view of a command that packs all it is given. */
export const wholeInput: Omit<InputView, 'expected'> = {
  folder: '',
  folders: async () => [''],
  view: (directory) => directory,
  isLeftOut: () => false,
};

/** What all packing commands do: open the inputs and the store, pack, publish, tell. */
export async function runPack<P extends Placement>(
  packer: Packer<P>,
  paths: readonly string[],
  options: PackRunOptions,
  context: CommandContext,
  part: InputView,
): Promise<PackOutcome> {
  const [first] = paths;
  if (first === undefined) throw new BlockPackError('USAGE', 'No input is given');
  if (options.tag !== undefined) checkTag(options.tag);
  const output = outputFile(options.output, packedPart(first, part, context), packer.ecosystem, context);
  const frozen = options.frozen === true ? readFrozen(output, context) : undefined;

  for (const path of paths) {
    const packedPath = resolve(context.directory, path, part.folder);
    checkStoreApart(context.storeDirectory, packedPath, path);
  }
  const store = await openStore(context.storeDirectory, { create: true });
  const lease = await store.lease();
  const inputs: OpenInput[] = [];
  try {
    // Its directory is not told: where only folders of the input are packed, the store may lie elsewhere in it, as caches in projects do.
    const { scratchDirectory } = store;
    const open = { scratch: { scratchDirectory }, expected: part.expected };
    for (const path of paths) inputs.push(await openOnce(path, inputs, open, context));
    const realPaths = inputs.map((input) => input.realPath);
    const packedPaths = await packedPathsOf(inputs, part);
    for (const path of packedPaths) checkStoreApart(store.directory, path);
    const isLeftOut = (file: string) =>
      realPaths.some((path) => part.isLeftOut(relative(path, file).replaceAll(sep, '/')));
    if (output !== undefined) checkOutput(output, packedPaths, isLeftOut, store.directory);
    const packed = await packInputs(packer, inputs, store, context, part);
    await keepFindings(packed, store);
    if (frozen !== undefined) return frozenOutcome(frozen, packed);
    checkSignal(context.signal);
    const tag = options.tag ?? defaultTag(packer.ecosystem, realPaths);
    return await publish(packed, { store, tag, output, all: options.all === true, context });
  } finally {
    for (const input of inputs) await input.close();
    await lease.release();
  }
}

/** What the manifest lies beside: the folder that is packed, or the archive that it is in. */
function packedPart(path: string, { folder }: InputView, { directory }: CommandContext): string {
  const isArchive = statsAt(resolve(directory, path), 'read')?.isFile();
  return isArchive ? path : join(path, folder);
}

async function packedPathsOf(inputs: readonly OpenInput[], part: InputView): Promise<string[]> {
  const paths: string[] = [];
  for (const { directory, realPath } of inputs) {
    for (const folder of await part.folders(directory)) paths.push(join(realPath, folder));
  }
  return paths;
}

async function openOnce(
  path: string,
  earlier: readonly OpenInput[],
  options: OpenInputOptions,
  { directory, signal }: CommandContext,
): Promise<OpenInput> {
  const input = await openInput(resolve(directory, path), { ...options, name: path, signal });
  if (!earlier.some(({ realPath }) => realPath === input.realPath)) return input;
  await input.close();
  throw new BlockPackError('USAGE', `${path} is given twice`, { details: { path } });
}

async function packInputs<P extends Placement>(
  packer: Packer<P>,
  inputs: readonly OpenInput[],
  store: Store,
  context: CommandContext,
  part: InputView,
): Promise<PackResult> {
  const leftOut: LeftOut[] = [];
  const memory = await openPackMemory(
    store,
    inputs.map((input) => input.realPath),
  );
  const packed = await pack(
    packer,
    inputs.map(({ directory }) => part.view(directory)),
    store,
    {
      memory,
      signal: context.signal,
      warn: (warning) => context.warn(warning),
      leaveOut: (path, reason) => void leftOut.push({ path, reason }),
      onProgress: ({ blocks, totalBlocks, bytes, totalBytes }) =>
        context.progress.show(
          `packing ${blocks} of ${count(totalBlocks, 'block')}, ${byteSize(bytes)} of ${byteSize(totalBytes)}`,
        ),
    },
  );
  await memory.save();
  return { ...packed, leftOut };
}

interface Publication {
  readonly store: Store;
  readonly tag: string;
  readonly output: string | undefined;
  readonly all: boolean;
  readonly context: CommandContext;
}

/** Blocks first, then what refers to them, the tag and the user's file last: whoever sees one of these finds all below it. */
async function publish(
  packed: PackResult,
  { store, tag, output, all, context }: Publication,
): Promise<PackOutcome> {
  const text = encodeImportManifest(packed.manifest);
  const manifest = await store.write(bytesOf(new TextEncoder().encode(text)));
  await store.write(bytesOf(emptyConfig.bytes));
  const artifact = await store.write(
    bytesOf(encodeImportsArtifact(manifest, packed.manifest.packer, packed.manifest.imports)),
  );
  await store.tag(tag, {
    mediaType: imageManifestMediaType,
    artifactType: importsArtifactType,
    digest: artifact.digest,
    size: artifact.size,
  });
  if (output !== undefined) await writeFileAtomic(output, text);
  const shown = output === undefined ? undefined : shownPath(output, context);
  const place = { store: store.directory, tag, output: shown, digest: manifest.digest };
  return {
    document: packDocument(packed, place),
    text: (console) => packText(packed, place, all, console),
    exitCode: 0,
    ...(output === undefined ? { data: text } : {}),
  };
}

interface Frozen {
  /** The manifest's path as it is shown. */
  readonly shown: string;
  readonly manifest: ImportManifest;
}

/** Read before anything is packed: without it there is nothing to compare with. */
function readFrozen(output: string | undefined, context: CommandContext): Frozen {
  if (output === undefined) {
    throw new BlockPackError('USAGE', '--frozen compares with a file, so the output cannot be -');
  }
  const shown = shownPath(output, context);
  if (!existsSync(output) || statSync(output).isDirectory()) {
    throw new BlockPackError('INPUT_MISSING', `--frozen compares with ${shown}, and there is no such file`, {
      hint: 'Pack once without --frozen and commit the import manifest, or say with -o where it is.',
      details: { path: output },
    });
  }
  return { shown, manifest: readManifestFile(output, shown) };
}

function frozenOutcome({ shown, manifest }: Frozen, packed: Packed): PackOutcome {
  const difference = manifestDifference(manifest, packed.manifest);
  const same = isSame(difference);
  return {
    document: { frozen: { manifest: shown, same, ...differenceDocument(difference) } },
    text: (console) => frozenText(difference, shown, packed, console),
    exitCode: same ? 0 : findingsExitCode,
  };
}

function frozenText(difference: ManifestDifference, shown: string, packed: Packed, console: Console): string {
  if (isSame(difference)) {
    return `${console.bold(`${shown} is up to date`)}: ${count(packed.imports.length, 'import')}\n`;
  }
  const { added, removed, changed } = difference;
  return [
    `${console.bold(`${shown} is not up to date`)}: ${changed.length} changed, ${added.length} new, ${removed.length} removed\n`,
    differenceText(difference),
    'Pack without --frozen and commit the manifest, or find out why the dependencies are others.\n',
  ].join('');
}
