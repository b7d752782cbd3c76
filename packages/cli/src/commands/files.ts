import { join } from 'node:path';
import { isManifestPlace, manifestPlace, type Packer } from '@block-pack/core';
import { createApplicationPacker, parseExcluded } from '../application-files.ts';
import type { CommandContext } from '../command.ts';
import { holdsWorkingDirectory } from '../pack-output.ts';
import { type InputView, type PackOutcome, type PackRunOptions, runPack, wholeInput } from '../pack-run.ts';
import { parsePrefix } from '../prefix.ts';

export interface FilesCommandOptions extends PackRunOptions {
  readonly prefix?: string;
  readonly exclude?: readonly string[];
  /** Paths inside the input that are left out, and need not be there: what the caller writes. */
  readonly outputs?: readonly string[];
}

export async function files(
  input: string,
  options: FilesCommandOptions,
  context: CommandContext,
): Promise<PackOutcome> {
  const packer = filesPackerFor(options, context);
  const inside = holdsWorkingDirectory(input, context)
    ? { output: join(input, manifestPlace(packer.ecosystem)) }
    : {};
  return runPack(packer, [input], { ...inside, ...options }, context, filesView);
}

export const filesView: InputView = {
  ...wholeInput,
  expected: 'Expected a directory, or an archive of one (.zip, .tar, .tar.gz).',
  isLeftOut: isManifestPlace,
};

export function filesPackerFor(options: FilesCommandOptions, context: CommandContext): Packer {
  return createApplicationPacker({
    prefix: parsePrefix(options.prefix),
    excluded: (options.exclude ?? []).map(parseExcluded),
    ...(options.outputs && { outputs: options.outputs }),
    warn: (warning) => context.warn(warning),
  });
}
