import {
  BlockPackError,
  checkTreePath,
  createFilesPacker,
  type ImagePath,
  type InputDirectory,
  isManifestPlace,
  type ReasonToLeaveOut,
  type Warning,
} from '@block-pack/core';
import { isDraft } from '@block-pack/store';
import { warnOfSecrets } from './likely-secrets.ts';

export interface ApplicationPackerOptions {
  readonly prefix?: ImagePath | undefined;
  /** What the user excludes: paths and patterns inside the directory. */
  readonly excluded?: readonly string[];
  /** Paths inside the directory that whoever calls writes, whether they are there yet or not. */
  readonly outputs?: readonly string[];
  warn(warning: Warning): void;
}

/** Packs a directory as `files` and `image --files` do: the application itself, without what other packers pack. */
export function createApplicationPacker({
  prefix,
  excluded = [],
  outputs = [],
  warn,
}: ApplicationPackerOptions): ReturnType<typeof createFilesPacker> {
  return createFilesPacker({
    prefix,
    leaveOut: async (directory) => {
      await warnOfUnused(directory, excluded, warn);
      const reasonToLeaveOut = await leftOutOfApplication(directory, { excluded, outputs });
      await warnOfSecrets(directory, reasonToLeaveOut, warn);
      return reasonToLeaveOut;
    },
  });
}

/**
 * What of a directory does not belong to the application itself: what another packer packs when it is given the same directory, what
 * tools write anew on every machine, and what the user excludes.
 */
async function leftOutOfApplication(
  input: InputDirectory,
  { excluded, outputs }: Required<Pick<ApplicationPackerOptions, 'excluded' | 'outputs'>>,
): Promise<ReasonToLeaveOut> {
  const isExcluded = matching(excluded);
  const isOutput = below(outputs);
  // What images are made of otherwise needs none of it, and it takes a while to load.
  const { packedFolders } = await import('@block-pack/npm');
  const isOfNpm = below(await packedFolders(input));
  const isOfEnvironment = below(await virtualEnvironments(input));
  return (path) => {
    if (isExcluded(path)) return 'excluded';
    if (isOutput(path)) return 'written by block-pack pack';
    // Of an archive: those on a disk are not even seen.
    if (isDraft(path)) return 'a draft that block-pack left';
    if (isOfNpm(path)) return 'packed by block-pack npm';
    if (isOfEnvironment(path)) return 'in a virtual environment, for block-pack python';
    if (/(^|\/)\.(git|hg|svn)(\/|$)/.test(path)) return 'kept by version control';
    if (/(^|\/)__pycache__(\/|$)/.test(path)) return 'compiled by Python, anew on every machine';
    return isManifestPlace(path) ? 'an import manifest' : undefined;
  };
}

/** @see https://docs.python.org/3/library/venv.html (pyvenv.cfg) */
async function virtualEnvironments(input: InputDirectory): Promise<string[]> {
  const settings = (await input.entries()).filter(({ path }) => path.endsWith('/pyvenv.cfg'));
  return settings.map(({ path }) => path.slice(0, -'/pyvenv.cfg'.length));
}

/** Whether a path is one of the folders, or lies below one. */
function below(folders: readonly string[]): (path: string) => boolean {
  return (path) => folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

/** Whether a path is what one of the patterns names, or lies below it. */
function matching(patterns: readonly string[]): (path: string) => boolean {
  const expressions = patterns.map((pattern) => new RegExp(`^${expressionOf(pattern)}(/.*)?$`, 'su'));
  return (path) => expressions.some((one) => one.test(path));
}

/** `*` stands for any characters of a name, `?` for one; a folder `**` for any folders, also none, and at the end for all that is in there. */
function expressionOf(pattern: string): string {
  const names = pattern.split('/').filter((name, at, all) => name !== '**' || all[at + 1] !== '**');
  return names
    .map((name, at) => {
      const last = at === names.length - 1;
      if (name === '**') return last ? '.+' : '([^/]+/)*';
      return nameExpression(name) + (last ? '' : '/');
    })
    .join('');
}

function nameExpression(name: string): string {
  const literal = name.replace(/[\\^$.+()[\]{}|]/gu, '\\$&');
  return literal.replace(/\*+/g, '[^/]*').replaceAll('?', '[^/]');
}

/** A value of `--exclude` as a path, or a pattern of paths, inside the input. @throws USAGE */
export function parseExcluded(text: string): string {
  const path = text.replace(/^(?:\.\/+)+/, '').replace(/\/+$/, '');
  try {
    checkTreePath(path);
    return path;
  } catch (cause) {
    throw new BlockPackError('USAGE', `--exclude ${text} is no path inside the input`, {
      hint: 'Give a file, folder or pattern relative to the input, such as test, config/local.json or **/*.pem.',
      cause,
    });
  }
}

/** Tells of what is not there: it may have been misspelled, and then it is packed. */
async function warnOfUnused(
  input: InputDirectory,
  excluded: readonly string[],
  warn: (warning: Warning) => void,
): Promise<void> {
  const entries = await input.entries();
  for (const one of excluded) {
    const isThere = matching([one]);
    if (entries.some(({ path }) => isThere(path))) continue;
    warn({ code: 'EXCLUDE_UNUSED', message: `There is no ${one} in ${input.name}, which --exclude names` });
  }
}
