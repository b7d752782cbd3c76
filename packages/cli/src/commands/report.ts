import { contentsOf, summarize } from '@block-pack/report';
import type { CommandContext, Outcome } from '../command.ts';
import { knownFacts } from '../report/known-facts.ts';
import { openContents } from '../report/open-contents.ts';
import { recallFindings } from '../report/pack-findings.ts';
import { reportOutcome } from '../report/report-outcome.ts';
import { parseOutputs } from '../report/report-output.ts';
import { judged, type RuleOptions, readRules } from '../report/rule-options.ts';
import { storeIfThere } from '../store-if-there.ts';

/** What both `report` and `diff` take. */
export interface ReviewCommandOptions extends ReportCommandOptions, RuleOptions {}

/** What all commands take that report. */
export interface ReportCommandOptions {
  readonly format?: readonly string[];
  readonly platform?: string;
  readonly all?: boolean;
}

export async function report(
  name: string,
  options: ReviewCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  const outputs = parseOutputs(options.format ?? [], 'contents', context);
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
    return await reportOutcome(document, outputs, options);
  } finally {
    opened.close();
  }
}
