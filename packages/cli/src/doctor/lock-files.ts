import { readdirSync } from 'node:fs';
import type { Ecosystem } from './ecosystems.ts';
import { type Finding, finding } from './finding.ts';

const locks: Readonly<Partial<Record<Ecosystem, RegExp>>> = {
  npm: /^(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?)$/,
  python: /^(uv\.lock|poetry\.lock|pdm\.lock|Pipfile\.lock|pylock(\..+)?\.toml|requirements.*\.(txt|lock))$/,
};

const projects: Readonly<Partial<Record<Ecosystem, RegExp>>> = {
  npm: /^package\.json$/,
  python: /^(pyproject\.toml|Pipfile|setup\.py)$/,
};

/**
 * Whether the project of an input has its versions locked. Nothing is said of an input that no project stands around.
 * @param directories those of the project, from the input's own outwards
 */
export function lockFiles(ecosystem: Ecosystem, directories: readonly string[]): Finding[] {
  const [lock, project] = [locks[ecosystem], projects[ecosystem]];
  if (lock === undefined || project === undefined) return [];
  const names = directories.flatMap(namesIn);
  if (!names.some((name) => project.test(name)) || names.some((name) => lock.test(name))) return [];
  return [finding('LOCK_MISSING', '.', 'no lock file lies in the project')];
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    // One above the input that may not be listed, or an archive.
    return [];
  }
}
