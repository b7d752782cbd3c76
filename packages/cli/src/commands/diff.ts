import { type Digest, findingsExitCode, type Import } from '@block-pack/core';
import {
  type BlockFacts,
  type Contents,
  type ContentsDifference,
  contentsOf,
  diffContents,
  withExactCosts,
} from '@block-pack/report';
import type { Store } from '@block-pack/store';
import type { CommandContext, Outcome } from '../command.ts';
import { knownFacts } from '../report/known-facts.ts';
import { type OpenContents, openContents } from '../report/open-contents.ts';
import { type RecalledFindings, recallFindings } from '../report/pack-findings.ts';
import { reportOutcome } from '../report/report-outcome.ts';
import { parseOutputs } from '../report/report-output.ts';
import { judged, readRules } from '../report/rule-options.ts';
import { storeIfThere } from '../store-if-there.ts';
import type { ReviewCommandOptions } from './report.ts';

export interface DiffCommandOptions extends ReviewCommandOptions {
  readonly exitCode?: boolean;
  readonly inside?: boolean;
  readonly exact?: boolean;
}

/** Files listed for each package with `--inside`. */
const insideRows = 20;

export async function diff(
  beforeName: string,
  afterName: string,
  options: DiffCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  const outputs = parseOutputs(options.format ?? [], 'difference', context);
  const rules = await readRules(options, true, context);
  const store = await storeIfThere(context.storeDirectory);
  const { platform } = options;
  const closing: (() => void)[] = [];
  const open = async (name: string) => {
    const contents = await openContents(name, { platform, store }, context);
    closing.push(() => contents.close());
    return contents;
  };
  try {
    const sides = [await open(beforeName), await open(afterName)] as const;
    const { before, after, difference: compared } = await compare(sides, store, context);
    const difference = options.exact === true ? await withCosts(compared, sides, context) : compared;
    const document = judged({ kind: 'difference', difference, before, after }, rules);
    const inside = options.inside === true ? { inside: insideRows } : {};
    const outcome = await reportOutcome(document, outputs, options, inside);
    return {
      ...outcome,
      exitCode: options.exitCode === true && !isNothing(difference) ? findingsExitCode : outcome.exitCode,
    };
  } finally {
    for (const close of closing) close();
  }
}

async function withCosts(
  difference: ContentsDifference,
  sides: readonly [OpenContents, OpenContents],
  context: CommandContext,
): Promise<ContentsDifference> {
  const { exactCosts } = await import('../report/exact-costs.ts');
  return withExactCosts(difference, await exactCosts(...sides, context));
}

interface Compared {
  readonly before: Contents;
  readonly after: Contents;
  readonly difference: ContentsDifference;
}

/** Only blocks of packages that are not as they were are looked into. */
async function compare(
  [before, after]: readonly [OpenContents, OpenContents],
  store: Store | undefined,
  context: CommandContext,
): Promise<Compared> {
  const findings = [before, after].map(({ manifests }) => recallFindings(manifests, store));
  const compared = comparedWith([before, after], findings, new Map());
  const differing = compared.difference.changes.filter(({ kind }) => kind !== 'unchanged');
  const packages = differing.flatMap((change) => [change.before ?? [], change.after ?? []].flat());
  const facts = await knownFacts(packages, store, [before.blocks, after.blocks], context);
  if (facts.size === 0) return compared;
  return comparedWith([before, after], findings, facts);
}

function comparedWith(
  sides: readonly [OpenContents, OpenContents],
  findings: readonly RecalledFindings[],
  known: ReadonlyMap<Digest, BlockFacts>,
): Compared {
  const facts = (digest: Digest) => known.get(digest);
  const contents = (at: 0 | 1) => {
    const recalled = findings[at];
    const { locations } = sides[at];
    const location = (line: Import) => locations.get(line);
    return contentsOf({
      ...sides[at],
      knowledge: { facts, location, ...(recalled && { findings: recalled }) },
    });
  };
  const [before, after] = [contents(0), contents(1)];
  return { before, after, difference: diffContents(before, after) };
}

function isNothing({ figures: { packages }, layers }: ContentsDifference): boolean {
  const { changed, new: added, removed, moved } = packages;
  return changed + added + removed + moved + layers.added.length + layers.removed.length === 0;
}
