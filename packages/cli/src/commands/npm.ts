import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { BlockPackError, type Packer } from '@block-pack/core';
import {
  createNpmPacker,
  type NpmPlacement,
  npmCache,
  npmInput,
  type OmitKind,
  packedFolders,
  type TarballSource,
  tarballDirectory,
} from '@block-pack/npm';
import { type DiskLookup, diskLookup } from '@block-pack/store';
import type { CommandContext } from '../command.ts';
import { tellingSecrets } from '../likely-secrets.ts';
import { type InputView, type PackOutcome, type PackRunOptions, runPack, wholeInput } from '../pack-run.ts';
import { parsePrefix } from '../prefix.ts';

export interface NpmCommandOptions extends PackRunOptions {
  readonly prefix?: string;
  readonly omit?: readonly string[];
  readonly workspace?: readonly string[];
  /** True where the flag stands alone: npm's usual place. */
  readonly npmCache?: string | true;
  readonly tarballs?: string;
}

const omitKinds: readonly OmitKind[] = ['dev', 'optional', 'peer'];

export async function npm(
  input: string,
  options: NpmCommandOptions,
  context: CommandContext,
): Promise<PackOutcome> {
  return runPack(tellingSecrets(npmPackerFor(options, context)), [input], options, context, npmView);
}

export const npmView: InputView = {
  ...wholeInput,
  expected: "Expected a project's directory, with package.json and node_modules.",
  folder: 'node_modules',
  folders: packedFolders,
  view: npmInput,
};

export function npmPackerFor(options: NpmCommandOptions, context: CommandContext): Packer<NpmPlacement> {
  return createNpmPacker({
    prefix: parsePrefix(options.prefix),
    omit: (options.omit ?? []).map(parseOmit),
    workspaces: options.workspace,
    tarballs: tarballSource(options, context),
  });
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
  if (tarballs !== undefined) return tarballDirectory(lookup(resolve(directory, tarballs)));
  if (cache === undefined) return undefined;
  return npmCache(lookup(cache === true ? usualNpmCache() : resolve(directory, cache)));
}

export function usualNpmCache(): string {
  return process.env.npm_config_cache ?? join(homedir(), '.npm');
}

/** A comparison with nothing would look like one that found nothing. @throws INPUT_MISSING */
function lookup(path: string): DiskLookup {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return diskLookup(path);
  throw new BlockPackError('INPUT_MISSING', `${path} is no directory of published tarballs`, {
    hint: "Give npm's cache (npm config get cache) or a directory that npm pack has filled.",
    details: { path },
  });
}
