import { resolve } from 'node:path';
import { BlockPackError, checkSignal } from '@block-pack/core';
import { type Contents, contentsOf, shareContents } from '@block-pack/report';
import type { Store } from '@block-pack/store';
import type { CommandContext, Outcome } from '../command.ts';
import { readSmallFile } from '../read-small-file.ts';
import { imageNames } from '../report/image-names.ts';
import { openContents } from '../report/open-contents.ts';
import { reportOutcome } from '../report/report-outcome.ts';
import { parseOutputs } from '../report/report-output.ts';
import { storeIfThere } from '../store-if-there.ts';
import type { ReportCommandOptions } from './report.ts';

export interface ShareCommandOptions extends ReportCommandOptions {
  readonly list?: readonly string[];
}

/** The matrix has as many numbers as images times images. */
const imagesLimit = 1_000;

/** Bytes of a file that lists names. */
const listLimit = 1 << 20;

export async function share(
  names: readonly string[],
  options: ShareCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  const outputs = parseOutputs(options.format ?? [], 'share', context);
  const all = await allNames(names, options, context);
  const store = await storeIfThere(context.storeDirectory);
  const sharing = await shareContents(openAll(all, options, store, context));
  return reportOutcome({ kind: 'share', sharing }, outputs, options);
}

async function allNames(
  names: readonly string[],
  { list = [] }: ShareCommandOptions,
  context: CommandContext,
): Promise<readonly string[]> {
  const listed: string[] = [];
  for (const file of list) listed.push(...(await readList(file, context)));
  const all: string[] = [];
  for (const name of [...names, ...listed]) all.push(...(await imageNames(name, context)));
  if (all.length >= 2 && all.length <= imagesLimit) return all;
  throw new BlockPackError(
    'USAGE',
    `Expected 2 to ${imagesLimit} images or import manifests, and there are ${all.length}`,
    {
      hint: 'Name them, or a layout that holds them (oci:DIR), or a file with their names (--list FILE).',
      details: { names: all.length },
    },
  );
}

/** One name on each line; empty ones and those that begin with `#` are passed over. */
async function readList(file: string, { directory }: CommandContext): Promise<readonly string[]> {
  const path = resolve(directory, file);
  const bytes = await readSmallFile({ path, text: file, what: 'list', limit: listLimit });
  const lines = new TextDecoder().decode(bytes).split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}

async function* openAll(
  names: readonly string[],
  { platform }: ShareCommandOptions,
  store: Store | undefined,
  context: CommandContext,
): AsyncGenerator<Contents> {
  for (const [at, name] of names.entries()) {
    checkSignal(context.signal);
    context.progress.show(`reading ${at + 1} of ${names.length}`);
    const opened = await openContents(name, { platform, store }, context);
    opened.close();
    yield contentsOf(opened);
  }
}
