import { findingsExitCode } from '@block-pack/core';
import {
  contentsOf,
  formats,
  judge,
  type RenderOptions,
  type ReportDocument,
  type Rules,
  reportFields,
  summarize,
} from '@block-pack/report';
import type { CommandContext, Outcome } from '../command.ts';
import { createdTime } from '../image/image-settings.ts';
import { knownFacts } from '../report/known-facts.ts';
import { openContents } from '../report/open-contents.ts';
import { recallFindings } from '../report/pack-findings.ts';
import { parseOutputs, writeOutputs } from '../report/report-output.ts';
import { type RuleOptions, readRules } from '../report/rule-options.ts';
import { storeIfThere } from '../store-if-there.ts';

/** What both `report` and `diff` take. */
export interface ReportCommandOptions extends RuleOptions {
  readonly format?: readonly string[];
  readonly platform?: string;
  readonly all?: boolean;
}

export async function report(
  name: string,
  options: ReportCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  const outputs = parseOutputs(options.format ?? [], context);
  const rules = await readRules(options, false, context);
  const store = await storeIfThere(context.storeDirectory);
  const opened = await openContents(name, { platform: options.platform, store }, context);
  try {
    const { packages } = contentsOf(opened);
    const facts = await knownFacts(packages, store, [opened.blocks], context);
    const findings = recallFindings(opened.manifests, store);
    const contents = contentsOf({
      ...opened,
      knowledge: {
        facts: (digest) => facts.get(digest),
        findings,
        location: (line) => opened.locations.get(line),
      },
    });
    const document = judged({ kind: 'contents', contents, summary: summarize(contents) }, rules);
    const render = renderOptions(options);
    const data = await writeOutputs(document, outputs, render);
    return {
      document: reportFields(document),
      text: (console) => formats.text(document, { ...render, emphasis: (text) => console.bold(text) }),
      exitCode: breaksRules(document) ? findingsExitCode : 0,
      ...(data === undefined ? {} : { data }),
    };
  } finally {
    opened.close();
  }
}

export function judged<Document extends ReportDocument>(
  document: Document,
  rules: Rules | undefined,
): Document {
  return rules === undefined ? document : { ...document, judgement: judge(document, rules) };
}

export function breaksRules({ judgement }: ReportDocument): boolean {
  return judgement !== undefined && judgement.violations.length > 0;
}

/** @throws USAGE for a $SOURCE_DATE_EPOCH that is no time */
export function renderOptions({ all }: ReportCommandOptions): RenderOptions {
  const epoch = process.env.SOURCE_DATE_EPOCH;
  return {
    ...(all === true ? { rows: Number.MAX_SAFE_INTEGER } : {}),
    ...(epoch ? { created: createdTime(epoch) } : {}),
  };
}
