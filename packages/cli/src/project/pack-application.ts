import type { Warning } from '@block-pack/core';
import type { CommandContext, Outcome } from '../command.ts';
import { files } from '../commands/files.ts';
import { type ImageOutcome, image } from '../commands/image.ts';
import { java } from '../commands/java.ts';
import { npm } from '../commands/npm.ts';
import { python } from '../commands/python.ts';
import { report } from '../commands/report.ts';
import type { PackOutcome } from '../pack-run.ts';
import { blamed } from './blamed.ts';
import { inParallel } from './in-parallel.ts';
import type { ApplicationPlan, PackPlan } from './plan-applications.ts';
import { SideBySide } from './side-by-side.ts';

/** What was done for one application. */
export interface PackedApplication {
  readonly plan: ApplicationPlan;
  /** In the order of the plan. */
  readonly packs: readonly PackOutcome[];
  /** None where a manifest is not what packing would write. */
  readonly images: readonly ImageOutcome[];
  /** Undefined where none is asked for, or nothing is to be reported as a manifest is another one. */
  readonly report: Outcome | undefined;
}

/** Packers that wait for the disk let others work; more than these only need more memory. */
const packersAtMost = 4;

/** Runs the calls of a plan: the packers, and then what needs their manifests. */
export async function packApplication(
  plan: ApplicationPlan,
  outer: CommandContext,
): Promise<PackedApplication> {
  const context = { ...outer, directory: plan.directory };
  const sideBySide = new SideBySide(context.progress);
  const packs = await inParallel(plan.packs, packersAtMost, async (pack) => {
    const progress = sideBySide.of(pack.name);
    const run = () => runPacker(pack, { ...context, progress });
    const packed = await blaming(pack.where, run);
    progress.end();
    return packed;
  });
  const images: ImageOutcome[] = [];
  if (!packs.every(isAsCommitted)) return { plan, packs, images, report: undefined };
  for (const { where, manifests, options } of plan.images)
    images.push(await blaming(where, () => image(manifests, options, context)));
  const asked = plan.report;
  const reported = asked && (await blaming(asked.where, () => report(asked.what, asked.options, context)));
  return { plan, packs, images, report: reported };
}

/** True where nothing was found: no other dependencies than the committed ones, and no broken rule. */
export function isClean({ packs, report: reported }: PackedApplication): boolean {
  return packs.every(isAsCommitted) && (reported === undefined || reported.exitCode === 0);
}

function isAsCommitted({ document }: PackOutcome): boolean {
  return !('frozen' in document) || document.frozen.same;
}

async function runPacker(pack: PackPlan, context: CommandContext): Promise<PackOutcome> {
  const [input = '.'] = pack.inputs;
  switch (pack.packer) {
    case 'java':
      return java(pack.inputs, pack.options, context);
    case 'npm':
      return npm(input, pack.options, context);
    case 'python':
      return python(input, pack.options, context);
    case 'files':
      return files(input, pack.options, context);
  }
}

async function blaming<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw blamed(error, where);
  }
}

/** Warnings of one application among several say whose they are. */
export function namingWarnings({ name }: ApplicationPlan, context: CommandContext): CommandContext {
  const warn = ({ code, message }: Warning) => context.warn({ code, message: `${name}: ${message}` });
  return { ...context, warn };
}
