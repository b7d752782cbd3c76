import { appendFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { BlockPackError } from '@block-pack/core';
import {
  type FormatName,
  formats,
  formatsFor,
  isFormatName,
  type RenderOptions,
  type ReportDocument,
} from '@block-pack/report';
import { writeFileAtomic } from '@block-pack/store';
import type { CommandContext } from '../command.ts';

/** One `--format`: which, and where it goes. */
export interface ReportOutput {
  readonly format: FormatName;
  /** An absolute path; undefined for stdout. */
  readonly file: string | undefined;
  /** Behind what stands in the file. */
  readonly append: boolean;
}

/** Stands for Markdown behind what is already in the file that `$GITHUB_STEP_SUMMARY` names. */
const stepSummary = 'step-summary';

/** Bytes that GitHub shows of all summaries of one step. */
const stepSummaryLimit = 1 << 20;

/**
 * @param specs such as `markdown=comment.md`, `json=-`, `text`, `step-summary`
 * @throws USAGE
 */
export function parseOutputs(
  specs: readonly string[],
  kind: ReportDocument['kind'],
  { directory }: CommandContext,
): readonly ReportOutput[] {
  const names = formatsFor(kind);
  const outputs = specs.map((spec) => parseOutput(spec, names, directory));
  const places = outputs.map(({ file }) => file ?? '-');
  const double = places.find((place, at) => places.indexOf(place) !== at);
  if (double === undefined) return outputs;
  throw new BlockPackError('USAGE', `Two formats go to ${double === '-' ? 'stdout' : double}`, {
    hint: 'Give all but one of them a file: --format markdown=comment.md --format text.',
    details: { formats: specs },
  });
}

function parseOutput(spec: string, names: readonly FormatName[], directory: string): ReportOutput {
  const [format = '', ...rest] = spec.split('=');
  const file = rest.length === 0 ? '-' : rest.join('=');
  if (spec === stepSummary) return { format: 'markdown', file: stepSummaryFile(directory), append: true };
  if (!isFormatName(format) || !names.includes(format) || file === '') {
    throw new BlockPackError('USAGE', `--format ${spec} is not understood`, {
      hint: `Expected ${[...names, stepSummary].join(', ')}; with =FILE where it goes, or =- for stdout.`,
      details: { format: spec },
    });
  }
  return { format, file: file === '-' ? undefined : resolve(directory, file), append: false };
}

function stepSummaryFile(directory: string): string {
  const file = process.env.GITHUB_STEP_SUMMARY;
  if (file) return resolve(directory, file);
  throw new BlockPackError(
    'USAGE',
    '--format step-summary is for jobs of GitHub Actions, and $GITHUB_STEP_SUMMARY is not set',
    {
      hint: 'Elsewhere, write Markdown to a file: --format markdown=summary.md.',
    },
  );
}

/**
 * Writes what goes to files.
 * @returns what goes to stdout, where that is another format than the terminal's own text
 * @throws OUTPUT_REFUSED, DISK_FULL
 */
export async function writeOutputs(
  document: ReportDocument,
  outputs: readonly ReportOutput[],
  options: RenderOptions,
): Promise<string | undefined> {
  let data: string | undefined;
  for (const { format, file, append } of outputs) {
    if (append && file !== undefined) appendSummary(document, file, options);
    else {
      const text = formats[format](document, options);
      if (file !== undefined) await writeFileAtomic(file, text);
      else if (format !== 'text') data = text;
    }
  }
  return data;
}

/** Others write to the same file, before and behind. */
function appendSummary(document: ReportDocument, file: string, options: RenderOptions): void {
  const used = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const limit = stepSummaryLimit - used - 1;
  const text = limit > 0 ? formats.markdown(document, { ...options, limit }) : '';
  try {
    if (text !== '') appendFileSync(file, `${text}\n`);
  } catch (cause) {
    throw new BlockPackError('OUTPUT_REFUSED', `Cannot write to ${file}, which $GITHUB_STEP_SUMMARY names`, {
      hint: 'Leave --format step-summary out, or check the variable.',
      details: { path: file },
      cause,
    });
  }
}
