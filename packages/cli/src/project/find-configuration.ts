import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Configuration, configurationFileNames, readConfiguration } from '@block-pack/config';
import { BlockPackError } from '@block-pack/core';
import type { CommandContext } from '../command.ts';
import { readSmallFile } from '../read-small-file.ts';

/** Hundreds of times what any project says, and little enough to be read at once. */
const limit = 1 << 20;

/** A configuration as a program would be one that is run by whoever looks at a project: there is none, and nobody shall believe so. */
const programs = ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts'].map((ending) => `block-pack.config.${ending}`);

/**
 * The configuration of the working directory; directories above are not looked at.
 * @param named a file that the user named
 * @returns undefined where the project has none
 * @throws USAGE with file, line and key; also for two, since nobody can tell which counts
 */
export async function findConfiguration(
  named: string | undefined,
  context: CommandContext,
): Promise<Configuration | undefined> {
  if (named !== undefined) return readNamed(named, context);
  const found: Configuration[] = [];
  for (const name of configurationFileNames) {
    if (!existsSync(resolve(context.directory, name))) continue;
    const configuration = await read(name, context);
    if (configuration !== undefined) found.push(configuration);
  }
  const [first, second] = found;
  if (first !== undefined && second !== undefined) {
    throw new BlockPackError('USAGE', `Both ${first.file} and ${second.file} hold a configuration`, {
      hint: 'Keep one of them, or say which: --config FILE.',
      details: { files: found.map(({ file }) => file) },
    });
  }
  if (first === undefined) refuseProgram(context);
  return first;
}

async function readNamed(file: string, context: CommandContext): Promise<Configuration> {
  const configuration = await read(file, context);
  if (configuration !== undefined) return configuration;
  throw new BlockPackError('USAGE', `${file} says nothing of block-pack`, {
    hint: 'Expected "block-pack" in a package.json, or [tool.block-pack] in a pyproject.toml.',
    details: { path: file },
  });
}

async function read(file: string, { directory }: CommandContext): Promise<Configuration | undefined> {
  const bytes = await readSmallFile({
    path: resolve(directory, file),
    text: file,
    what: 'configuration',
    limit,
  });
  return readConfiguration(utf8(bytes, file), file);
}

function utf8(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new BlockPackError('USAGE', `${file} is not UTF-8 text`, { details: { path: file }, cause });
  }
}

function refuseProgram({ directory }: CommandContext): void {
  const program = programs.find((name) => existsSync(resolve(directory, name)));
  if (program === undefined) return;
  throw new BlockPackError('USAGE', `${program} is a program, and a configuration is never run`, {
    hint: 'Write it as block-pack.config.json.',
    details: { path: program },
  });
}
