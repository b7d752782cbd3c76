import { formats, type RenderOptions, type ReportDocument, reportFields } from '@block-pack/report';
import type { Outcome } from '../command.ts';
import type { ReportCommandOptions } from '../commands/report.ts';
import { type ReportOutput, writeOutputs } from './report-output.ts';

/** Writes what goes to files, and has the rest printed. */
export async function reportOutcome(
  document: ReportDocument,
  outputs: readonly ReportOutput[],
  { all }: ReportCommandOptions,
  more: RenderOptions = {},
): Promise<Outcome> {
  const options = { ...(all === true ? { rows: Number.MAX_SAFE_INTEGER } : {}), ...more };
  const data = await writeOutputs(document, outputs, options);
  return {
    document: reportFields(document),
    text: (console) => formats.text(document, { ...options, emphasis: (text) => console.bold(text) }),
    exitCode: 0,
    ...(data === undefined ? {} : { data }),
  };
}
