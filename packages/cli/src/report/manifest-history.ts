import { basename, dirname, posix, resolve } from 'node:path';
import { BlockPackError } from '@block-pack/core';
import { folderLimit, looksLikeRevision, missingInGit, runGit } from './git-revision.ts';
import { pathKind } from './open-contents.ts';

/** An import manifest and all that commits made of it. */
export interface ManifestHistory {
  /** As the user would name it. */
  readonly name: string;
  /** Where git runs. */
  readonly directory: string;
  /** The oldest first. */
  readonly revisions: readonly ManifestRevision[];
  /** Of the commit from which the history is looked at, in seconds since 1970. */
  readonly time: number;
  /** True where the clone does not have all commits. */
  readonly isShallow: boolean;
}

/** A commit that changed the file. */
export interface ManifestRevision {
  readonly commit: string;
  /** Of the commit, in seconds since 1970. */
  readonly time: number;
  /** From the top of the repository. */
  readonly path: string;
  /** The file's object; undefined where the commit removed it, or put something else in its place. */
  readonly blob: string | undefined;
}

/**
 * The histories of what a name stands for: a file, all import manifests of a folder as the last commit has them, or either at a revision.
 * They follow first parents, so a merged branch is one change, made when it was merged; and they follow the file when it is renamed.
 * @throws INPUT_MISSING
 */
export function manifestHistories(name: string, directory: string): readonly ManifestHistory[] {
  const start = startOf(name, directory);
  const git = (...words: readonly string[]) => runGit(words, name, start.directory);
  const time = Number(git('log', '-1', '--no-show-signature', '--format=%ct', start.commit).trim());
  const isShallow = git('rev-parse', '--is-shallow-repository').trim() === 'true';
  return pathsOf(start, git).map((path) => {
    const words = ['--first-parent', '-m', '--follow', '-M', '--raw', '-z', '--no-abbrev'];
    const plain = ['--no-color', '--no-show-signature', '--no-ext-diff', '--format=%H %ct'];
    const log = git(...settings, 'log', ...words, ...plain, start.commit, '--', `:(top,literal)${path}`);
    const revisions = [...revisionsIn(log)].reverse();
    if (revisions.length === 0) throw missingInGit(name, `no commit has ${path}`);
    return {
      name: posix.join(name, posix.relative(start.path, path)),
      directory: start.directory,
      revisions,
      time,
      isShallow,
    };
  });
}

/** Without what users may have set: other forms of merges, and only what is below the working directory. */
const settings = ['-c', 'log.diffMerges=separate', '-c', 'diff.relative=false'];

interface Start {
  readonly directory: string;
  readonly commit: string;
  /** From the top of the repository; empty for the top itself. */
  readonly path: string;
}

function startOf(name: string, directory: string): Start {
  const file = resolve(directory, name);
  if (looksLikeRevision(name) && pathKind(file) === undefined) {
    const colon = name.indexOf(':');
    return {
      directory,
      commit: commitOf(name.slice(0, colon), name, directory),
      path: clean(name.slice(colon + 1), name),
    };
  }
  const near = nearestDirectory(file);
  const prefix = runGit(['rev-parse', '--show-prefix'], name, near.directory).replace(/\n$/, '');
  return {
    directory: near.directory,
    commit: commitOf('HEAD', name, near.directory),
    path: clean(posix.join(prefix, ...near.below), name),
  };
}

function commitOf(revision: string, name: string, directory: string): string {
  return runGit(['rev-parse', '--verify', '--quiet', `${revision}^{commit}`], name, directory).trim();
}

function clean(path: string, name: string): string {
  const normal = posix.normalize(path).replace(/\/$/, '');
  if (normal === '..' || normal.startsWith('../'))
    throw missingInGit(name, 'it lies outside of the repository');
  return normal === '.' ? '' : normal;
}

/** What commits had may be gone by now. @returns what is there of it, and the names below that */
function nearestDirectory(path: string): { readonly directory: string; readonly below: readonly string[] } {
  if (pathKind(path) === 'directory' || dirname(path) === path) return { directory: path, below: [] };
  const { directory, below } = nearestDirectory(dirname(path));
  return { directory, below: [...below, basename(path)] };
}

function pathsOf({ commit, path }: Start, git: (...words: readonly string[]) => string): readonly string[] {
  const isFolder =
    path === '' || git('ls-tree', '-z', '--full-tree', commit, '--', path).split(' ')[1] === 'tree';
  if (!isFolder) return [path];
  for (const folder of [path, posix.join(path, 'block-pack')]) {
    const listed = git(
      'ls-tree',
      '-z',
      '--name-only',
      '--full-tree',
      commit,
      '--',
      folder === '' ? './' : `${folder}/`,
    );
    const manifests = listed.split('\0').filter((one) => one.endsWith('.import'));
    if (manifests.length > 0 && manifests.length <= folderLimit) return manifests;
  }
  throw new BlockPackError(
    'INPUT_EMPTY',
    `${path || 'The top of the repository'} has no import manifests in git`,
    {
      hint: 'Name one that is committed, or its folder, such as block-pack.',
      details: { commit, path },
    },
  );
}

/** What `--raw -z` says, the newest commit first. A copy is where a file begins; what came before is another file's history. */
function* revisionsIn(log: string): Iterable<ManifestRevision> {
  const words = log.split('\0');
  let [commit, time] = ['', 0];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const header = /^([0-9a-f]{40,64}) (-?\d+)$/.exec(word);
    if (header !== null) {
      commit = header[1] ?? '';
      time = Number(header[2]);
      continue;
    }
    const change = /^\n?:\d+ (\d+) [0-9a-f]+ ([0-9a-f]+) ([A-Z])\d*$/.exec(word);
    if (change === null) continue;
    const [, mode = '', object = '', status = ''] = change;
    const isTwo = status === 'R' || status === 'C';
    at += isTwo ? 2 : 1;
    yield { commit, time, path: words[at] ?? '', blob: mode.startsWith('100') ? object : undefined };
    if (status === 'C') return;
  }
}
