import { findingsExitCode } from '@block-pack/core';
import { formats, type RenderOptions, type ReportDocument, reportFields } from '@block-pack/report';
import type { Outcome } from '../command.ts';
import type { ReportCommandOptions } from '../commands/report.ts';
import { createdTime } from '../image/image-settings.ts';
import { type ReportOutput, writeOutputs } from './report-output.ts';

/** Writes what goes to files, and has the rest printed. @throws USAGE for a $SOURCE_DATE_EPOCH that is no time */
export async function reportOutcome(
  document: ReportDocument,
  outputs: readonly ReportOutput[],
  { all }: ReportCommandOptions,
  more: RenderOptions = {},
): Promise<Outcome> {
  const epoch = process.env.SOURCE_DATE_EPOCH;
  const created = epoch ? { created: createdTime(epoch) } : {};
  const options = { ...created, ...(all === true ? { rows: Number.MAX_SAFE_INTEGER } : {}), ...more };
  const data = await writeOutputs(document, outputs, options);
  return {
    document: reportFields(document),
    text: (console) => formats.text(document, { ...options, emphasis: (text) => console.bold(text) }),
    exitCode: breaksRules(document) ? findingsExitCode : 0,
    ...(data === undefined ? {} : { data }),
  };
}

function breaksRules(document: ReportDocument): boolean {
  return (
    'judgement' in document && document.judgement !== undefined && document.judgement.violations.length > 0
  );
}
