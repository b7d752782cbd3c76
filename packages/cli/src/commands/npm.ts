import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { BlockPackError } from '@block-pack/core';
import {
  createNpmPacker,
  npmCache,
  npmInput,
  type OmitKind,
  type TarballSource,
  tarballDirectory,
} from '@block-pack/npm';
import { diskLookup } from '@block-pack/store';
import type { CommandContext, Outcome } from '../command.ts';
import { type PackRunOptions, runPack } from '../pack-run.ts';
import { parsePrefix } from '../prefix.ts';

export interface NpmCommandOptions extends PackRunOptions {
  readonly prefix?: string;
  readonly omit?: readonly string[];
  /** True where the flag stands alone: npm's usual place. */
  readonly npmCache?: string | true;
  readonly tarballs?: string;
}

const omitKinds: readonly OmitKind[] = ['dev', 'optional', 'peer'];

export async function npm(
  input: string,
  options: NpmCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  const packer = createNpmPacker({
    prefix: parsePrefix(options.prefix),
    omit: (options.omit ?? []).map(parseOmit),
    tarballs: tarballSource(options, context),
  });
  return runPack(packer, [input], options, context, { folder: 'node_modules', view: npmInput });
}

function parseOmit(text: string): OmitKind {
  const kind = omitKinds.find((one) => one === text);
  if (kind !== undefined) return kind;
  throw new BlockPackError('USAGE', `--omit ${text} is not known`, {
    hint: `Choose one of ${omitKinds.join(', ')}.`,
  });
}

function tarballSource(
  { npmCache: cache, tarballs }: NpmCommandOptions,
  { directory }: CommandContext,
): TarballSource | undefined {
  if (tarballs !== undefined) return tarballDirectory(diskLookup(resolve(directory, tarballs), tarballs));
  if (cache === undefined) return undefined;
  const usual = process.env.npm_config_cache ?? join(homedir(), '.npm');
  return npmCache(diskLookup(cache === true ? usual : resolve(directory, cache)));
}
