import type { LockEvidence, LockedPackage } from './lock-evidence.ts';
import { lockInvalid } from './lock-invalid.ts';
import { lockedFile, lockedPackage } from './locked-package.ts';

const pinned = /^([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*===?\s*([^\s;,]+)/;

/**
 * Reads the requirements that are pinned to one version; a requirement without a hash is one without candidates.
 * @returns undefined when a line of it is something else
 * @throws EVIDENCE_INVALID for requirements that are all open
 * @see https://pip.pypa.io/en/stable/topics/secure-installs/
 */
export function readRequirements(text: string, name: string): LockEvidence | undefined {
  const packages: LockedPackage[] = [];
  const open: string[] = [];
  for (const line of logicalLines(text)) {
    const found = requirement(line);
    if (found !== undefined) packages.push(found);
    else if (isOpen(line)) open.push(line);
    else if (!isOption(line)) return undefined;
  }
  const [first] = open;
  if (packages.length > 0) return { source: 'requirements.txt', name, packages };
  if (first === undefined) return undefined;
  throw lockInvalid(
    name,
    `it lists requirements such as ${JSON.stringify(first.slice(0, 80))}, and locks none of them to a version`,
  );
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

function isOption(line: string): boolean {
  return /^--?[a-z]/.test(line);
}

/** A requirement that leaves the version open, or names a place instead: a path, an address, a repository. */
function isOpen(line: string): boolean {
  if (/^(?:\.{0,2}\/|[a-z]+(?:\+[a-z]+)?:\/)\S+/i.test(line)) return true;
  return /^[A-Za-z0-9][\w.-]*\s*(\[[^\]]*\])?\s*([<>~!=@;(]|$)/.test(line) && !/^[\w.-]+\s*=[^=]/.test(line);
}
