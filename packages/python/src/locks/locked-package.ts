import { isProjectName, normalName } from '../project-name.ts';
import type { LockedFile, LockedPackage } from './lock-evidence.ts';

/** @returns undefined for what is no published distribution, such as the project itself, which has no version in some locks */
export function lockedPackage(
  { name, version }: { readonly name: string; readonly version?: string | undefined },
  candidates: readonly (LockedFile | undefined)[],
): LockedPackage | undefined {
  if (version === undefined || version.length > 200 || !isProjectName(name)) return undefined;
  return { name: normalName(name), version, candidates: candidates.filter((one) => one !== undefined) };
}

/**
 * @param place a file's name, or the URL or path that ends with it
 * @param hash `sha256:<hex>`; others prove nothing that we look at
 */
export function lockedFile(place: string | undefined, hash: string | undefined): LockedFile | undefined {
  const [, sha256] = /^sha256:([0-9a-f]{64})$/i.exec(hash ?? '') ?? [];
  if (sha256 === undefined) return undefined;
  return { fileName: place === undefined ? undefined : fileNameOf(place), sha256: sha256.toLowerCase() };
}

function fileNameOf(place: string): string {
  const name =
    place
      .replace(/[?#].*$/s, '')
      .split(/[/\\]/)
      .at(-1) ?? place;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
