import { readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { configurationFileNames, readConfiguration } from '@block-pack/config';
import { type NxTarget, targetsOf } from './targets.ts';

/** The names of the tasks, where others are wanted. */
export interface NxOptions {
  readonly targetName?: string;
  readonly imageTargetName?: string;
}

/** What Nx takes for a file that it found: the projects that the file speaks of, by their directories. */
type Found = readonly [
  file: string,
  { readonly projects?: Readonly<Record<string, { readonly targets: Readonly<Record<string, NxTarget>> }>> },
];

/**
 * What Nx asks a plug-in for: tasks, inferred from files.
 * @see https://nx.dev/docs/extending-nx/project-graph-plugins
 * @throws USAGE for a configuration that is wrong, with file and line
 */
export const createNodes: readonly [
  pattern: string,
  create: (
    files: readonly string[],
    options: NxOptions | undefined,
    context: { readonly workspaceRoot: string },
  ) => readonly Found[],
] = [
  `**/{${configurationFileNames.join(',')}}`,
  (files, options, { workspaceRoot }) =>
    files.map((file) => [file, projectOf(file, options ?? {}, workspaceRoot)]),
];

function projectOf(file: string, options: NxOptions, workspaceRoot: string): Found[1] {
  const text = smallText(join(workspaceRoot, file));
  const configuration = text === undefined ? undefined : readConfiguration(text, file);
  if (configuration === undefined) return {};
  const root = posix.dirname(file);
  const { targetName = 'block-pack', imageTargetName = 'block-pack-image' } = options;
  return {
    projects: {
      [root]: { targets: targetsOf(configuration, root, workspaceRoot, { targetName, imageTargetName }) },
    },
  };
}

/** More than any configuration; what is larger is another tool's. */
const limit = 1 << 20;

function smallText(path: string): string | undefined {
  return statSync(path).size > limit ? undefined : readFileSync(path, 'utf8');
}
