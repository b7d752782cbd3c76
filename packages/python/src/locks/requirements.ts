import type { LockEvidence, LockedPackage } from './lock-evidence.ts';
import { lockedFile, lockedPackage } from './locked-package.ts';

const pinned = /^([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*===?\s*([^\s;,]+)/;

/**
 * Reads the requirements that are pinned to one version; a requirement without a hash is one without candidates.
 * @returns undefined when a line of it is something else
 * @see https://pip.pypa.io/en/stable/topics/secure-installs/
 */
export function readRequirements(text: string, name: string): LockEvidence | undefined {
  const packages: LockedPackage[] = [];
  for (const line of logicalLines(text)) {
    const found = requirement(line);
    if (found !== undefined) packages.push(found);
    else if (!isOther(line)) return undefined;
  }
  return packages.length === 0 ? undefined : { source: 'requirements.txt', name, packages };
}

/** Joined where a backslash says so; without comments. */
function logicalLines(text: string): string[] {
  return text
    .replace(/\\\r?\n/g, ' ')
    .split(/\r?\n/)
    .map((line) =>
      line
        .replace(/\s+/g, ' ')
        .replace(/(^| )#.*$/, '')
        .trim(),
    )
    .filter((line) => line !== '');
}

function requirement(line: string): LockedPackage | undefined {
  const [, name, version] = pinned.exec(line) ?? [];
  if (name === undefined || version === undefined) return undefined;
  const hashes = line.match(/--hash[= ]sha256:[0-9a-f]{64}(?=\s|$)/gi) ?? [];
  return lockedPackage(
    { name, version },
    hashes.map((hash) => lockedFile(undefined, hash.slice('--hash='.length))),
  );
}

/** Options, and requirements that are not pinned. */
function isOther(line: string): boolean {
  return (
    /^--?[a-z]/.test(line) ||
    (/^[A-Za-z0-9][\w.-]*\s*(\[[^\]]*\])?\s*([<>~!=@;]|$)/.test(line) && !/^[\w.-]+\s*=[^=]/.test(line))
  );
}
