import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join, posix, resolve } from 'node:path';
import { configurationFileNames, readConfiguration } from '@block-pack/config';
import { type NxTarget, targetsOf } from './targets.ts';

/** The names of the tasks, where others are wanted. */
export interface NxOptions {
  readonly targetName?: string;
  readonly imageTargetName?: string;
}

interface FoundProject {
  /** Only where no file of Nx or npm gives it one, which the projects of Python and Java do not have. */
  readonly name?: string;
  readonly targets: Readonly<Record<string, NxTarget>>;
}

/** What Nx takes for a file that it found: the projects that the file speaks of, by their directories. */
type Found = readonly [file: string, { readonly projects?: Readonly<Record<string, FoundProject>> }];

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
  const targets = targetsOf(configuration, root, workspaceRoot, { targetName, imageTargetName });
  const directory = resolve(workspaceRoot, root);
  const isNamed = ['package.json', 'project.json'].some((name) => existsSync(join(directory, name)));
  return { projects: { [root]: isNamed ? { targets } : { name: basename(directory), targets } } };
}

/** More than any configuration; what is larger is another tool's. */
const limit = 1 << 20;

function smallText(path: string): string | undefined {
  return statSync(path).size > limit ? undefined : readFileSync(path, 'utf8');
}
