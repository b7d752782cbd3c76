import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const buildFiles = [
  'pom.xml',
  'build.gradle',
  'build.gradle.kts',
  'settings.gradle',
  'settings.gradle.kts',
  'build.sbt',
];
const projectFiles = [...buildFiles, 'package.json', 'pyproject.toml', 'setup.py'];

/** The project that an input was built in, as far as the directories around it tell. */
export interface SurroundingProject {
  /** The outermost directory of the project; the input itself where nothing tells of one. */
  readonly root: string;
  /** True where a build of Java stands around the input, so that jars without a publisher were made by it. */
  readonly isJavaBuild: boolean;
  /** The directories from the input's own, or the one that it lies in, to the root. */
  readonly directories: readonly string[];
}

/**
 * Looks at the directories above, up to a checkout's root; never as far as the home directory, which may hold all kinds of things.
 * @param path a real path
 */
export function surroundingProject(path: string, home: string): SurroundingProject {
  const passed: string[] = [];
  let directories: readonly string[] = [path];
  for (let at = path; at !== home && dirname(at) !== at; at = dirname(at)) {
    passed.push(at);
    const isCheckout = existsSync(join(at, '.git'));
    if (isCheckout || holdsOneOf(at, projectFiles)) directories = [...passed];
    if (isCheckout) break;
  }
  return {
    root: directories.at(-1) ?? path,
    isJavaBuild: directories.some((one) => holdsOneOf(one, buildFiles)),
    directories,
  };
}

function holdsOneOf(directory: string, names: readonly string[]): boolean {
  return names.some((name) => existsSync(join(directory, name)));
}
