/** The kinds of lock files that are understood; also values of `evidence=` in the import manifest. */
export type LockKind = 'hidden-lockfile' | 'package-lock' | 'npm-shrinkwrap' | 'pnpm-lock' | 'yarn-lock';

/** Where a package came from, when it is not a registry. */
export type PackageSource =
  | { readonly kind: 'registry' }
  | { readonly kind: 'git' | 'url' | 'file'; readonly url: string };

/** What a lock file says about a package. */
export interface LockedPackage {
  readonly lock: LockKind;
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly source: PackageSource;
  /** Of the published tarball, as in Subresource Integrity: `sha512-...`, perhaps several with spaces between. */
  readonly integrity: string | undefined;
  /** It came inside the tarball of the package that it lies in. */
  readonly isBundled: boolean;
}

/** A lock file that was read. */
export interface LockEvidence {
  readonly kind: LockKind;
  /** Relative to the project. */
  readonly file: string;
  /**
   * What is said about the package that lies in a folder, which may be that another one should lie there; undefined when nothing is.
   * @param folder relative to the project
   */
  find(folder: string, name: string | undefined, version: string | undefined): LockedPackage | undefined;
}

/** A source as locks write it: a registry's tarball unless it says otherwise. @param isSpec whether a dependency asks for this very address */
export function sourceOf(resolved: string | undefined, isSpec: (url: string) => boolean): PackageSource {
  if (resolved === undefined) return { kind: 'registry' };
  if (/^(?:git\+|git:|git@|github:|gitlab:|bitbucket:)/.test(resolved)) return { kind: 'git', url: resolved };
  if (/^https:\/\/codeload\.github\.com\/[^/]+\/[^/]+\/tar\.gz\//.test(resolved))
    return { kind: 'git', url: fromCodeload(resolved) };
  if (resolved.startsWith('file:')) return { kind: 'file', url: resolved };
  if (/^https?:/.test(resolved) && isSpec(resolved)) return { kind: 'url', url: resolved };
  return { kind: 'registry' };
}

/** GitHub's tarball of a commit is the commit. */
function fromCodeload(url: string): string {
  const [, repository = '', commit = ''] =
    /^https:\/\/codeload\.github\.com\/([^/]+\/[^/]+)\/tar\.gz\/(.*)$/.exec(url) ?? [];
  return `git+https://github.com/${repository}.git#${commit}`;
}
