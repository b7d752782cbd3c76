import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { BlockPackError } from '@block-pack/core';
import {
  createJavaPacker,
  gradleCache,
  type LocalRepository,
  mavenRepository,
  type ResolverEvidence,
  readEvidence,
} from '@block-pack/java';
import { diskLookup } from '@block-pack/store';
import type { CommandContext, Outcome } from '../command.ts';
import { type PackRunOptions, runPack } from '../pack-run.ts';
import { parsePrefix } from '../prefix.ts';

export interface JavaCommandOptions extends PackRunOptions {
  readonly prefix?: string;
  readonly evidence?: readonly string[];
  /** True where the flag stands alone: the build tool's usual place. */
  readonly mavenRepository?: string | true;
  readonly gradleCache?: string | true;
  readonly application?: readonly string[];
}

export async function java(
  inputs: readonly string[],
  options: JavaCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  const packer = createJavaPacker({
    prefix: parsePrefix(options.prefix),
    evidence: (options.evidence ?? []).map((file) => readEvidenceFile(file, context)),
    repositories: localRepositories(options, context),
    applications: options.application ?? [],
  });
  return runPack(packer, inputs, options, context);
}

/** The largest resolver output or bill of materials that is read: hundreds of times what 1,000 dependencies need. */
const evidenceLimit = 256 << 20;

function readEvidenceFile(name: string, { directory }: CommandContext): ResolverEvidence {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(resolve(directory, name));
  } catch (cause) {
    throw new BlockPackError('INPUT_MISSING', `The evidence ${name} cannot be read`, {
      hint: 'Make it with, for example: mvn dependency:list -DoutputFile=target/dependencies.txt',
      details: { path: name },
      cause,
    });
  }
  if (bytes.length > evidenceLimit) {
    throw new BlockPackError(
      'EVIDENCE_INVALID',
      `${name} has ${bytes.length} bytes, more than any list of dependencies`,
    );
  }
  return readEvidence(decodeText(bytes), name);
}

/** UTF-8, or the UTF-16 that PowerShell writes when a build's output is redirected. */
function decodeText(bytes: Uint8Array): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes);
}

function localRepositories(options: JavaCommandOptions, { directory }: CommandContext): LocalRepository[] {
  const repositories: LocalRepository[] = [];
  if (options.mavenRepository !== undefined) {
    const usual = join(homedir(), '.m2', 'repository');
    const place = options.mavenRepository === true ? usual : resolve(directory, options.mavenRepository);
    repositories.push(mavenRepository(diskLookup(place)));
  }
  if (options.gradleCache !== undefined) {
    const home = process.env.GRADLE_USER_HOME ?? join(homedir(), '.gradle');
    const usual = join(home, 'caches', 'modules-2', 'files-2.1');
    const place = options.gradleCache === true ? usual : resolve(directory, options.gradleCache);
    repositories.push(gradleCache(diskLookup(place)));
  }
  return repositories;
}
