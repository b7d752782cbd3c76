import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BlockPackError } from '@block-pack/core';
import { type ResolverEvidence, readEvidence } from '@block-pack/java';
import { openStore, writeFileAtomic } from '@block-pack/store';
import type { CommandContext } from '../command.ts';
import { askMaven, type MavenAnswer, mavenOnPath, mavenWrapper } from './ask-maven.ts';
import { buildFiles, type MavenModule, moduleOf, modulePath } from './maven-module.ts';

/** Of messages. */
const listName = 'the dependency tree of Maven';

/** Of the progress line. */
const asking = 'asking Maven what it resolved';

/**
 * What Maven says of the modules in whose `target` the inputs lie, for names: it is asked every time, and has to answer. The project's own
 * wrapper goes before the `mvn` of the PATH, and the network is used where nothing else helps.
 * @throws INPUT_MISSING, EVIDENCE_INVALID, INTERRUPTED
 */
export async function mavenEvidence(
  inputs: readonly string[],
  { directory, signal, progress }: CommandContext,
): Promise<readonly ResolverEvidence[]> {
  const modules = modulesOf(inputs, directory);
  if (modules.length === 0)
    throw new BlockPackError(
      'INPUT_MISSING',
      `${inputs.join(', ')} is not in the target directory of a Maven module`,
      {
        hint: 'Name a list that the build writes with --evidence, or pack where a pom.xml stands beside target.',
      },
    );
  const found: ResolverEvidence[] = [];
  for (const module of modules) {
    const program = mavenWrapper(module) ?? mavenOnPath();
    if (program === undefined || process.platform === 'win32')
      throw new BlockPackError(
        'INPUT_MISSING',
        'There is no Maven that could be asked: no mvnw in the project, no mvn on the PATH',
        {
          hint: 'Have the build write the tree, mvn dependency:tree -DoutputFile=target/dependencies.txt, and name it with --evidence.',
        },
      );
    progress.show(asking);
    const question = { program, module, signal };
    const known = await askMaven({ ...question, isOffline: true });
    const answer = known.kind === 'tree' ? known : await askMaven({ ...question, isOffline: false });
    if (answer.kind === 'none') throw noAnswer(program, module, answer.why);
    found.push(readEvidence(answer.text, listName));
  }
  return found;
}

function noAnswer(program: string, { directory }: MavenModule, why: string): BlockPackError {
  return new BlockPackError(
    'EVIDENCE_INVALID',
    `${program} does not tell the dependencies of ${directory}: ${why}`,
    {
      hint: 'See what mvn dependency:tree says there, or pack without --maven.',
      details: { program, path: directory },
    },
  );
}

/**
 * The same for findings: with what is on the machine alone, and only where nothing better was given. That Maven cannot answer is a note. An
 * answer is kept as long as the poms of the build are the same, since starting Maven takes longer than most packs.
 */
export async function mavenFindings(
  inputs: readonly string[],
  context: CommandContext,
): Promise<readonly ResolverEvidence[]> {
  const program = mavenOnPath();
  // A build that calls block-pack has a Maven that knows more, with its own words of the command line.
  if (program === undefined || process.platform === 'win32' || process.env.MAVEN_CMD_LINE_ARGS) return [];
  const found: ResolverEvidence[] = [];
  for (const module of modulesOf(inputs, context.directory)) {
    context.progress.show(asking);
    const answer = await keptAnswer(program, module, context);
    if (answer.kind === 'tree') found.push(readEvidence(answer.text, listName));
    else note(`Maven does not tell what it resolved: ${answer.why}`, context);
  }
  return found;
}

function note(what: string, { warn }: CommandContext): void {
  const message = `${what}. Blocks and names are the same; reports know less. --no-maven does not ask.`;
  warn({ code: 'MAVEN_SILENT', message });
}

async function keptAnswer(
  program: string,
  module: MavenModule,
  { storeDirectory, signal }: CommandContext,
): Promise<MavenAnswer> {
  const asked = JSON.stringify([program, modulePath(module), buildFiles(module)]);
  const { cacheDirectory } = await openStore(storeDirectory, { create: true });
  const file = join(cacheDirectory, `maven-${createHash('sha256').update(asked).digest('hex')}.txt`);
  const kept = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (isTree(kept)) return { kind: 'tree', text: kept };
  const answer = await askMaven({ program, module, isOffline: true, signal });
  if (answer.kind === 'none') return answer;
  if (!isTree(answer.text)) return { kind: 'none', why: 'it writes no tree' };
  await writeFileAtomic(file, answer.text);
  return answer;
}

function isTree(text: string): boolean {
  try {
    return readEvidence(text, listName).source === 'maven-tree';
  } catch (error) {
    if (error instanceof BlockPackError) return false;
    throw error;
  }
}

/** Each once, in the order of the inputs; an input that is not there is told by others. */
function modulesOf(inputs: readonly string[], directory: string): readonly MavenModule[] {
  const modules = inputs.flatMap((input) => {
    const path = resolve(directory, input);
    return existsSync(path) ? (moduleOf(realpathSync(path)) ?? []) : [];
  });
  return [...new Map(modules.map((module) => [module.directory, module])).values()];
}
