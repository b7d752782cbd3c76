import { resolve } from 'node:path';
import { type Configuration, readConfiguration } from '@block-pack/config';
import { BlockPackError, findingsExitCode } from '@block-pack/core';
import type { CommandContext, Outcome } from '../command.ts';
import { detectProject } from '../project/detect-project.ts';
import { findConfiguration } from '../project/find-configuration.ts';
import { inParallel } from '../project/in-parallel.ts';
import { isClean, namingWarnings, packApplication } from '../project/pack-application.ts';
import { type ApplicationPlan, type Caller, planApplications } from '../project/plan-applications.ts';
import {
  type PlanSource,
  planDocument,
  planText,
  projectDocument,
  projectText,
} from '../project/project-summary.ts';
import { untilChanged } from '../project/watch-inputs.ts';
import { writtenPaths } from '../project/written-paths.ts';

export interface PackCommandOptions extends Caller {
  readonly config?: string;
  readonly dryRun?: boolean;
  readonly watch?: boolean;
}

/** Applications at once; each has packers that work at once. */
const applicationsAtMost = 2;

export async function pack(
  names: readonly string[],
  options: PackCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  if (options.watch === true) return packAgainAndAgain(names, options, context);
  const project = await planProject(names, options, context);
  if (options.dryRun !== true) return packAll(project, context);
  const { source, plans } = project;
  return {
    document: planDocument(source, plans),
    text: (console) => planText(source, plans, console),
    exitCode: 0,
  };
}

interface ProjectPlan {
  readonly source: PlanSource;
  readonly plans: readonly ApplicationPlan[];
  /** Absolute paths that no application has for its own. */
  readonly written: readonly string[];
}

/** Flags, then the environment, then the project, then defaults. */
async function planProject(
  names: readonly string[],
  options: PackCommandOptions,
  context: CommandContext,
): Promise<ProjectPlan> {
  const { env } = process;
  const caller: Caller = {
    base: options.base ?? (env.BLOCK_PACK_BASE || undefined),
    output: options.output ?? (env.BLOCK_PACK_OUTPUT || undefined),
    pycPython: options.pycPython ?? (env.BLOCK_PACK_PYC_PYTHON || undefined),
    frozen: options.frozen,
    image: options.image,
    maven: options.maven,
  };
  const found = await findConfiguration(options.config ?? (env.BLOCK_PACK_CONFIG || undefined), context);
  const { configuration, reasons } =
    found === undefined ? detected(context) : { configuration: found, reasons: [] };
  return {
    source: { file: found?.file, reasons },
    plans: planApplications(configuration, names, caller, context.directory),
    written: writtenPaths(configuration, caller, context.directory),
  };
}

function detected({ directory }: CommandContext): {
  configuration: Configuration;
  reasons: readonly string[];
} {
  const { name, application, reasons } = detectProject(directory);
  const text = JSON.stringify({ applications: { [name]: application } });
  const configuration = reasons.length === 0 ? undefined : readConfiguration(text, 'what was recognised');
  if (configuration !== undefined) return { configuration, reasons };
  throw new BlockPackError(
    'USAGE',
    'There is no configuration, and nothing in this directory says what to pack',
    {
      hint: 'Looked for block-pack.config.json, pom.xml, build.gradle, package.json, pyproject.toml. Run block-pack init in the project, or name what to pack: block-pack java target/lib.',
      details: { path: directory },
    },
  );
}

async function packAll({ source, plans }: ProjectPlan, context: CommandContext): Promise<Outcome> {
  const packed = await inParallel(plans, applicationsAtMost, (plan) =>
    packApplication(plan, plans.length === 1 ? context : namingWarnings(plan, context)),
  );
  return {
    document: projectDocument(source, packed),
    text: (console) => projectText(source, packed, console),
    exitCode: packed.every(isClean) ? 0 : findingsExitCode,
  };
}

/** Until it is interrupted. What fails once may be mended by the next change, so it is told and waited for. */
async function packAgainAndAgain(
  names: readonly string[],
  options: PackCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  let watched = [resolve(context.directory, 'block-pack.config.json')];
  let own: readonly string[] = [];
  do {
    await context.showRound(async () => {
      const project = await planProject(names, options, context);
      const { source, plans, written } = project;
      watched = [
        ...(source.file === undefined ? [] : [resolve(context.directory, source.file)]),
        ...plans.flatMap(({ directory, packs }) =>
          packs.flatMap(({ packer, inputs }) =>
            inputs.map((input) => resolve(directory, input, packer === 'npm' ? 'node_modules' : '.')),
          ),
        ),
      ];
      own = [context.storeDirectory, ...written];
      return packAll(project, context);
    });
  } while (await untilChanged(watched, own, context.signal));
  return { document: {}, text: () => 'No longer watching\n', exitCode: 0 };
}
