import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { start } from './block-pack.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { root } from './workspace.ts';

export type Profile = 'small' | 'full';

/** What Maven itself knows about one jar of the corpus. */
export interface TrueJar {
  readonly file: string;
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
  readonly classifier: string | null;
  /** 64 hex digits. */
  readonly sha256: string;
}

const fetched = join(root, '.cache/corpus');

/** Real jars as Maven laid them down: a folder with `lib` and the files beside it. Fetched when they are not here yet. */
export async function mavenJars(profile: Profile): Promise<string> {
  await fetchCorpus('fetch.mjs', ['--profile', profile]);
  return join(fetched, profile);
}

/** One for each file of the corpus's `lib`. */
export function trueJars(corpus: string): readonly TrueJar[] {
  return JSON.parse(readFileSync(join(corpus, 'truth.json'), 'utf8'));
}

/** Folders of real applications. Fetched or built when they are not here yet. */
export async function applications<Name extends string>(
  ...names: readonly Name[]
): Promise<Readonly<Record<Name, string>>> {
  await fetchCorpus('applications.mjs', names);
  const folders = names.map((name) => [name, join(fetched, 'apps', name)]);
  return Object.fromEntries(folders) as Record<Name, string>;
}

/** The SPDX project's own verifier, as a jar. Fetched when it is not here yet. */
export async function spdxVerifier(): Promise<string> {
  await fetchCorpus('spdx-tools.mjs');
  return join(fetched, 'spdx-tools/tools-java-jar-with-dependencies.jar');
}

/** Runs a script of the corpus. Takes minutes the first time; vitest calls a worker dead that does not answer so long. */
export async function fetchCorpus(script: string, args: readonly string[] = []): Promise<void> {
  await fetchInto('corpus', [join(root, 'e2e/corpus', script), ...args]);
}

/** Runs a Node script that fills a folder below `.cache` where that was not done before. */
export async function fetchInto(folder: string, words: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await oneAtATime(folder, () => start(process.execPath, words).ended);
  if (exitCode !== 0) throw new Error(`${words.join(' ')} ended with ${exitCode}:\n${stderr}`);
}
