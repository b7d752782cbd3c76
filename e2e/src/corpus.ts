import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, succeed } from './workspace.ts';

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

/** Real jars as Maven laid them down, fetched when they are not here yet: a folder with `lib` and the files beside it. */
export function mavenJars(profile: Profile): string {
  succeed(process.execPath, [join(root, 'e2e/corpus/fetch.mjs'), '--profile', profile]);
  return join(fetched, profile);
}

/** One for each file of the corpus's `lib`. */
export function trueJars(corpus: string): readonly TrueJar[] {
  return JSON.parse(readFileSync(join(corpus, 'truth.json'), 'utf8'));
}

/** A real application, fetched or built when it is not here yet: its folder. */
export function application(name: string): string {
  succeed(process.execPath, [join(root, 'e2e/corpus/applications.mjs'), name]);
  return join(fetched, 'apps', name);
}
