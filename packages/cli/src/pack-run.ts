import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import {
  BlockPackError,
  bytesOf,
  emptyConfig,
  encodeImportManifest,
  encodeImportsArtifact,
  findingsExitCode,
  imageManifestMediaType,
  importsArtifactType,
  type Packed,
  type Packer,
  type Placement,
  pack,
} from '@block-pack/core';
import {
  type OpenInput,
  openInput,
  openPackMemory,
  openStore,
  type Store,
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
import { type LeftOut, type PackResult, packDocument, packText } from './pack-summary.ts';
import { readManifestFile } from './read-manifest.ts';
import { defaultTag } from './tag-name.ts';

/** The options that every packing command has. */
export interface PackRunOptions {
  /** The import manifest's file; `-` for stdout; by default `block-pack/<packer>.import` beside the first input. */
  readonly output?: string;
  readonly tag?: string;
  /** Write nothing; compare with the manifest that is there. */
  readonly frozen?: boolean;
  /** Show every row of the table. */
  readonly all?: boolean;
}

/** What all packing commands do: open the inputs and the store, pack, publish, tell. */
export async function runPack<P extends Placement>(
  packer: Packer<P>,
  paths: readonly string[],
  options: PackRunOptions,
  context: CommandContext,
): Promise<Outcome> {
  const [first] = paths;
  if (first === undefined) throw new BlockPackError('USAGE', 'No input is given');
  const output = outputFile(options.output, first, packer.ecosystem, context);
  if (options.frozen === true && output === undefined) {
    throw new BlockPackError('USAGE', '--frozen compares with a file, so the output cannot be -');
  }
  const store = await openStore(context.storeDirectory, { create: true });
  const lease = await store.lease();
  const inputs: OpenInput[] = [];
  const leftOut: LeftOut[] = [];
  try {
    for (const path of paths) {
      inputs.push(await openInput(resolve(context.directory, path), { name: path, scratch: store }));
    }
    const memory = await openPackMemory(
      store,
      inputs.map((input) => input.realPath),
    );
    const packed = await pack(
      packer,
      inputs.map((input) => input.directory),
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
    if (options.frozen === true && output !== undefined) return compareFrozen(packed, output, context);
    const tag = options.tag ?? defaultTag(packer.ecosystem, inputs[0]?.realPath ?? first);
    return await publish({ ...packed, leftOut }, { store, tag, output, all: options.all === true, context });
  } finally {
    for (const input of inputs) await input.close();
    await lease.release();
  }
}

/** The absolute path of the manifest's file; undefined for stdout. */
function outputFile(
  output: string | undefined,
  input: string,
  ecosystem: string,
  context: CommandContext,
): string | undefined {
  if (output === '-') return undefined;
  if (output !== undefined) return resolve(context.directory, output);
  return join(dirname(resolve(context.directory, input)), 'block-pack', `${ecosystem}.import`);
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
): Promise<Outcome> {
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

/** A path as the user would write it from where they are. */
function shownPath(file: string, { directory }: CommandContext): string {
  const path = relative(directory, file);
  return path.startsWith('..') ? file : path;
}

function compareFrozen(packed: Packed, output: string, context: CommandContext): Outcome {
  const shown = shownPath(output, context);
  if (!existsSync(output)) {
    throw new BlockPackError('INPUT_MISSING', `--frozen compares with ${shown}, and there is no such file`, {
      hint: 'Pack once without --frozen and commit the import manifest, or say with -o where it is.',
      details: { path: output },
    });
  }
  const difference = manifestDifference(readManifestFile(output, shown), packed.manifest);
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
