import { spawnSync } from 'node:child_process';
import { BlockPackError } from '@block-pack/core';

/** Bytes of a file in git that is read as an import manifest, and of what git says at once. */
export const fileLimit = 256 << 20;
/** Manifests of one folder that are read. */
export const folderLimit = 1_000;

/** A file of a commit. */
export interface RevisionFile {
  /** In full. */
  readonly commit: string;
  /** From the top of the repository. */
  readonly path: string;
  readonly text: string;
}

/**
 * True for `<revision>:<path>` as git writes it, such as `HEAD~1:block-pack/java.import`. A drive of Windows is no revision.
 * @see https://git-scm.com/docs/gitrevisions
 */
export function looksLikeRevision(name: string): boolean {
  return /^[^-:][^:]*:./.test(name) && !/^[A-Za-z]:[\\/]/.test(name);
}

/**
 * The file that a revision has at a path; of a folder, its import manifests.
 * @param name such as `HEAD~1:block-pack/java.import`
 * @throws INPUT_MISSING
 */
export function readRevision(name: string, directory: string): readonly RevisionFile[] {
  const colon = name.indexOf(':');
  const [revision, path] = [name.slice(0, colon), name.slice(colon + 1)];
  const git = (...words: readonly string[]) => runGit(words, name, directory);
  const commit = git('rev-parse', '--verify', '--quiet', `${revision}^{commit}`).trim();
  const object = `${commit}:${path}`;
  if (git('cat-file', '-t', object).trim() !== 'tree')
    return [{ commit, path, text: git('cat-file', 'blob', object) }];
  const names = git('ls-tree', '-z', '--name-only', object).split('\0');
  const manifests = names.filter((one) => one.endsWith('.import'));
  if (manifests.length === 0 || manifests.length > folderLimit)
    throw missingInGit(name, `it has ${manifests.length} files named *.import`);
  const folder = path.replace(/\/$/, '');
  return manifests.map((one) => ({
    commit,
    path: `${folder}/${one}`,
    text: git('cat-file', 'blob', `${commit}:${folder}/${one}`),
  }));
}

/** Plumbing alone: it runs no filter, hook or pager of the repository, and no words of the user are taken for options. */
export function runGit(words: readonly string[], name: string, directory: string): string {
  const { status, stdout, stderr, error } = spawnSync('git', words, {
    cwd: directory,
    encoding: 'utf8',
    maxBuffer: fileLimit,
    env: gitEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  if (status === 0) return stdout;
  const reason = error === undefined ? stderr.trim().split('\n').at(-1) : noGit(error);
  throw missingInGit(name, reason || 'git knows no such revision', error);
}

/** Nothing is fetched, and nothing in the repository is written. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0', GIT_NO_LAZY_FETCH: '1' };
}

function noGit(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return 'git is not installed';
  return error.code === 'ENOBUFS' ? `it has more than ${fileLimit} bytes` : error.message;
}

export function missingInGit(name: string, reason: string, cause?: unknown): BlockPackError {
  return new BlockPackError('INPUT_MISSING', `Git cannot give ${name}: ${reason}`, {
    hint: 'Expected <revision>:<path from the top of the repository>, such as HEAD~1:block-pack/java.import. In CI, fetch the revision first (fetch-depth: 0).',
    details: { name },
    ...(cause === undefined ? {} : { cause }),
  });
}
