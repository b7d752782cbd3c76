import { findingsExitCode } from '@block-pack/core';
import {
  type ContentsDifference,
  contentsOf,
  diffContents,
  formats,
  type RenderOptions,
  reportFields,
} from '@block-pack/report';
import type { CommandContext, Outcome } from '../command.ts';
import { openContents } from '../report/open-contents.ts';
import { parseOutputs, writeOutputs } from '../report/report-output.ts';
import { storeIfThere } from '../store-if-there.ts';
import type { ReportCommandOptions } from './report.ts';

export interface DiffCommandOptions extends ReportCommandOptions {
  readonly exitCode?: boolean;
  readonly inside?: boolean;
}

/** Files listed for each package with `--inside`. */
const insideRows = 20;

export async function diff(
  beforeName: string,
  afterName: string,
  options: DiffCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  const outputs = parseOutputs(options.format ?? [], context);
  const store = await storeIfThere(context.storeDirectory);
  const { platform } = options;
  const closing: (() => void)[] = [];
  const open = async (name: string) => {
    const contents = await openContents(name, { platform, store }, context);
    closing.push(() => contents.close());
    return contents;
  };
  try {
    const [before, after] = [contentsOf(await open(beforeName)), contentsOf(await open(afterName))];
    const difference = diffContents(before, after);
    const document = { kind: 'difference', difference, before, after } as const;
    const render = renderOptions(options);
    const data = await writeOutputs(document, outputs, render);
    return {
      document: reportFields(document),
      text: (console) => formats.text(document, { ...render, emphasis: (text) => console.bold(text) }),
      exitCode: options.exitCode === true && !isNothing(difference) ? findingsExitCode : 0,
      ...(data === undefined ? {} : { data }),
    };
  } finally {
    for (const close of closing) close();
  }
}

function renderOptions({ all, inside }: DiffCommandOptions): RenderOptions {
  return {
    ...(all === true ? { rows: Number.MAX_SAFE_INTEGER } : {}),
    ...(inside === true ? { inside: insideRows } : {}),
  };
}

function isNothing({ figures: { packages }, layers }: ContentsDifference): boolean {
  const { changed, new: added, removed, moved } = packages;
  return changed + added + removed + moved + layers.added.length + layers.removed.length === 0;
}
