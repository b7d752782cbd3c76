import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { BlockPackError, type Packer } from '@block-pack/core';
import {
  createJavaPacker,
  gradleCache,
  isOwnFile,
  type JavaOptions,
  type JavaPlacement,
  type LocalRepository,
  mavenRepository,
  readEvidence,
} from '@block-pack/java';
import { diskLookup, statsAt } from '@block-pack/store';
import type { CommandContext } from '../command.ts';
import { readEvidenceText } from '../evidence-text.ts';
import { tellingSecrets } from '../likely-secrets.ts';
import { mavenEvidence, mavenFindings } from '../maven/maven-evidence.ts';
import { type InputView, type PackOutcome, type PackRunOptions, runPack, wholeInput } from '../pack-run.ts';
import { parsePrefix } from '../prefix.ts';

export interface JavaCommandOptions extends PackRunOptions {
  readonly prefix?: string;
  readonly evidence?: readonly string[];
  /** True where the flag stands alone: the build tool's usual place. */
  readonly mavenRepository?: string | true;
  readonly gradleCache?: string | true;
  readonly application?: readonly string[];
  /** True to have Maven name jars, false not to ask it at all; else it is asked for findings. */
  readonly maven?: boolean;
}

export const javaView: InputView = {
  ...wholeInput,
  isLeftOut: isOwnFile,
  expected:
    'Expected a directory of jars, an application directory, or a .jar, .war, .ear, .zip, .tar, .tar.gz or .tgz file.',
};

export async function java(
  inputs: readonly string[],
  options: JavaCommandOptions,
  context: CommandContext,
): Promise<PackOutcome> {
  const packer = javaPackerFor(options, context, listsOfMaven(inputs, options, context));
  return runPack(tellingSecrets(packer), inputs, options, context, javaView);
}

/** What Maven is asked for, beside what the user gives: when all words of the command line are known to be good. */
type ListsOfMaven = Pick<JavaOptions, 'moreEvidence' | 'beside'>;

function listsOfMaven(
  inputs: readonly string[],
  { maven }: JavaCommandOptions,
  context: CommandContext,
): ListsOfMaven {
  if (maven === true) return { moreEvidence: () => mavenEvidence(inputs, context) };
  return maven === false ? {} : { beside: () => mavenFindings(inputs, context) };
}

export function javaPackerFor(
  options: JavaCommandOptions,
  context: CommandContext,
  { beside, ...lists }: ListsOfMaven = {},
): Packer<JavaPlacement> {
  const evidence = (options.evidence ?? []).map((file) =>
    readEvidence(readEvidenceText(file, evidenceHint, context), file),
  );
  return createJavaPacker({
    prefix: parsePrefix(options.prefix),
    evidence,
    ...lists,
    // A list of all that was resolved tells as much.
    ...(beside === undefined || evidence.some(({ complete }) => complete) ? {} : { beside }),
    repositories: localRepositories(options, context),
    applications: options.application ?? [],
  });
}

const evidenceHint = 'Make it with, for example: mvn dependency:list -DoutputFile=target/dependencies.txt';

function localRepositories(options: JavaCommandOptions, { directory }: CommandContext): LocalRepository[] {
  const repositories: LocalRepository[] = [];
  if (options.mavenRepository !== undefined) {
    const usual = join(homedir(), '.m2', 'repository');
    const place = repositoryPlace('--maven-repository', options.mavenRepository, usual, directory);
    repositories.push(mavenRepository(diskLookup(place)));
  }
  if (options.gradleCache !== undefined) {
    const home = process.env.GRADLE_USER_HOME ?? join(homedir(), '.gradle');
    const usual = join(home, 'caches', 'modules-2', 'files-2.1');
    const place = repositoryPlace('--gradle-cache', options.gradleCache, usual, directory);
    repositories.push(gradleCache(diskLookup(place)));
  }
  return repositories;
}

/** A usual place may lack, since whoever means it may have built nothing yet; one that is named is there. @throws USAGE */
function repositoryPlace(option: string, named: string | true, usual: string, directory: string): string {
  if (named === true) return usual;
  const path = resolve(directory, named);
  if (statsAt(path, 'read')?.isDirectory()) return path;
  throw new BlockPackError('USAGE', `${option} ${named} is no directory`, {
    hint: `Name one, or leave the name away for ${usual}.`,
    details: { path },
  });
}
