import { existsSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { type ApplicationEntry, type Configuration, importManifestOf, packerNames } from '@block-pack/config';
import { parsePlace } from '@block-pack/store';

/** A task, as Nx has it in project.json. */
export interface NxTarget {
  readonly executor: 'nx:run-commands';
  readonly options: { readonly command: string; readonly cwd: string };
  readonly dependsOn: readonly string[];
  readonly cache: boolean;
  readonly inputs?: readonly (string | Readonly<Record<string, unknown>>)[];
  readonly outputs: readonly string[];
}

interface TargetNames {
  readonly targetName: string;
  readonly imageTargetName: string;
}

/** What an image depends on besides import manifests and configuration. */
const environment = ['BLOCK_PACK_BASE', 'BLOCK_PACK_OUTPUT', 'BLOCK_PACK_CONFIG', 'SOURCE_DATE_EPOCH'];

/**
 * The tasks of a project. Packing is never answered from the cache: what is packed is mostly ignored by version control, so Nx cannot see that it
 * changed, and blocks go to a store that Nx does not keep. But import manifests name all content by digest; so the image, which they and
 * the base make, can be.
 * @param root the project's directory in the workspace, `.` for the workspace itself
 */
export function targetsOf(
  { applications }: Configuration,
  root: string,
  workspaceRoot: string,
  { targetName, imageTargetName }: TargetNames,
): Readonly<Record<string, NxTarget>> {
  const entries = [...applications.values()].map(({ value }) => ({
    entry: value,
    directory: resolve(workspaceRoot, root, value.directory ?? '.'),
  }));
  const shown = (path: string) => `{workspaceRoot}/${relative(workspaceRoot, path).split(sep).join('/')}`;
  const manifests = entries.flatMap(({ entry, directory }) =>
    manifestsOf(entry).map((file) => resolve(directory, file)),
  );
  const images = entries.flatMap(({ entry, directory }) => imagesOf(entry, directory));
  const command = (words: string) => {
    const program = programIn(workspaceRoot, root);
    return {
      executor: 'nx:run-commands',
      options: { command: `${program} pack${words}`, cwd: root },
    } as const;
  };
  const pack = {
    ...command(' --no-image'),
    dependsOn: ['build'],
    cache: false,
    outputs: manifests.map(shown),
  };
  if (images.length === 0) return { [targetName]: pack };
  const program = programIn(workspaceRoot, '.');
  const bases = entries.flatMap(({ entry, directory }) =>
    baseOf(entry, relative(workspaceRoot, directory), program),
  );
  const image: NxTarget = {
    ...command(''),
    dependsOn: [targetName],
    // What cannot be asked may have changed, and an output outside the workspace would not come back out of the cache.
    cache:
      !bases.includes(undefined) && images.every((path) => !relative(workspaceRoot, path).startsWith('..')),
    inputs: [
      ...['block-pack.config.json', 'package.json', 'pyproject.toml'].map((file) => `{projectRoot}/${file}`),
      { dependentTasksOutputFiles: '**/*.import' },
      { runtime: `${program} --version` },
      ...environment.map((env) => ({ env })),
      ...bases.filter((base) => base !== undefined),
    ],
    outputs: images.map(shown),
  };
  return { [targetName]: pack, [imageTargetName]: image };
}

function manifestsOf(entry: ApplicationEntry): readonly string[] {
  return packerNames.flatMap((packer) =>
    (entry[packer] ?? []).map(({ value }) => importManifestOf(packer, value).output),
  );
}

function imagesOf({ image }: ApplicationEntry, directory: string): readonly string[] {
  return image?.value.output.map((output) => parsePlace(output, directory).path) ?? [];
}

/** A base lies where Nx does not look, so it is asked for its digest. Undefined where a shell might not ask for what is meant. */
function baseOf(
  { image }: ApplicationEntry,
  directory: string,
  program: string,
): readonly ({ readonly runtime: string } | undefined)[] {
  const base = image?.value.base;
  if (base === undefined || base === 'scratch') return [];
  const isPlain = [base, directory].every((word) => /^[\w@+=:,./ ~-]*$/.test(word));
  return [isPlain ? { runtime: `${program} inspect "${base}" --json -C "${directory || '.'}"` } : undefined];
}

/**
 * Nx runs the commands of inputs without the workspace's own programs in the path, and what it does not find gives it the same hash each
 * time. npm, for its part, puts no program there that a workspace has yet to build. The path is relative, so that it is the same on every machine.
 * @param cwd where it is run, from the top of the workspace
 */
function programIn(workspaceRoot: string, cwd: string): string {
  const installed = resolve(workspaceRoot, 'node_modules/block-pack/dist/block-pack.js');
  const path = relative(resolve(workspaceRoot, cwd), installed).split(sep).join('/');
  return existsSync(installed) ? `node ${path}` : 'block-pack';
}
