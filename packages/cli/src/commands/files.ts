import { createFilesPacker } from '@block-pack/core';
import type { CommandContext, Outcome } from '../command.ts';
import { type PackRunOptions, runPack } from '../pack-run.ts';
import { parsePrefix } from '../prefix.ts';

export interface FilesCommandOptions extends PackRunOptions {
  readonly prefix?: string;
}

export async function files(
  input: string,
  options: FilesCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  const packer = createFilesPacker({ prefix: parsePrefix(options.prefix) });
  return runPack(packer, [input], options, context);
}
