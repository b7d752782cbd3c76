import { join } from 'node:path';
import { isManifestPlace, manifestPlace } from '@block-pack/core';
import { createApplicationPacker, parseExcluded } from '../application-files.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { holdsWorkingDirectory } from '../pack-output.ts';
import { type PackRunOptions, runPack, wholeInput } from '../pack-run.ts';
import { parsePrefix } from '../prefix.ts';

export interface FilesCommandOptions extends PackRunOptions {
  readonly prefix?: string;
  readonly exclude?: readonly string[];
}

export async function files(
  input: string,
  options: FilesCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  const excluded = (options.exclude ?? []).map(parseExcluded);
  const packer = createApplicationPacker(parsePrefix(options.prefix), excluded, (warning) =>
    context.warn(warning),
  );
  const inside = holdsWorkingDirectory(input, context)
    ? { output: join(input, manifestPlace(packer.ecosystem)) }
    : {};
  return runPack(packer, [input], { ...inside, ...options }, context, {
    ...wholeInput,
    expected: 'Expected a directory, or an archive of one (.zip, .tar, .tar.gz).',
    isLeftOut: isManifestPlace,
  });
}
