import { BlockPackError, checkSignal } from '@block-pack/core';
import { contentsOf, type HistoryState, historyOf } from '@block-pack/report';
import { count } from '../byte-size.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { decodeManifest } from '../read-manifest.ts';
import { dayRange } from '../report/day-range.ts';
import { GitObjects } from '../report/git-objects.ts';
import { type ManifestHistory, manifestHistories } from '../report/manifest-history.ts';
import { reportOutcome } from '../report/report-outcome.ts';
import { parseOutputs } from '../report/report-output.ts';
import type { ReportCommandOptions } from './report.ts';

export interface ForecastCommandOptions extends Omit<ReportCommandOptions, 'platform'> {
  readonly since?: string;
  readonly until?: string;
}

export async function forecast(
  names: readonly string[],
  options: ForecastCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  const outputs = parseOutputs(options.format ?? [], 'forecast', context);
  const range = dayRange(options);
  const histories = names.flatMap((name) => manifestHistories(name, context.directory));
  const known = histories.reduce((latest, { time }) => Math.max(latest, time), 0);
  if (histories.some(({ isShallow }) => isShallow))
    context.warn({
      code: 'HISTORY_SHALLOW',
      message: 'This clone does not have all commits; older updates are not counted (fetch-depth: 0 in CI)',
    });
  const history = await historyOf(
    histories.map(({ name }) => name),
    statesOf(histories, context),
    { ...range, known },
  );
  return reportOutcome({ kind: 'forecast', history }, outputs, options);
}

/** What cannot be read as an import manifest is told, and passed over: the next state is compared with the one before it. */
async function* statesOf(
  histories: readonly ManifestHistory[],
  context: CommandContext,
): AsyncGenerator<HistoryState> {
  const failures: BlockPackError[] = [];
  for (const history of histories) {
    const objects = new GitObjects(history.directory, history.name);
    try {
      yield* statesOfOne(history, objects, failures, context);
    } finally {
      objects.close();
    }
  }
  const [first] = failures;
  if (first !== undefined)
    context.warn({
      code: 'REVISIONS_SKIPPED',
      message: `${count(failures.length, 'commit')} passed over: ${first.message}`,
    });
}

async function* statesOfOne(
  { name, revisions }: ManifestHistory,
  objects: GitObjects,
  failures: BlockPackError[],
  context: CommandContext,
): AsyncGenerator<HistoryState> {
  let last: string | undefined;
  for (const [at, { commit, time, path, blob }] of revisions.entries()) {
    checkSignal(context.signal);
    context.progress.show(`reading ${at + 1} of ${count(revisions.length, 'commit')}`);
    // A rename alone leaves the object as it is.
    if (at > 0 && blob === last) continue;
    last = blob;
    try {
      const where = `${path} of ${commit.slice(0, 12)}`;
      const manifests = blob === undefined ? [] : [decodeManifest(await objects.read(blob), where)];
      const contents = contentsOf({ name, source: { kind: 'revision', commit, path }, manifests });
      yield {
        name,
        commit,
        time: checkedTime(time, where),
        contents: blob === undefined ? undefined : contents,
      };
    } catch (error) {
      if (!(error instanceof BlockPackError) || error.code !== 'MANIFEST_INVALID') throw error;
      failures.push(error);
    }
  }
}

/** The end of the year 9999, in seconds since 1970. */
const latestTime = 253_402_300_799;

function checkedTime(time: number, where: string): number {
  if (time >= 0 && time <= latestTime) return time;
  throw new BlockPackError('MANIFEST_INVALID', `${where} has no date between 1970 and 9999`);
}
