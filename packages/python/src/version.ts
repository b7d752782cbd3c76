import { eq, valid } from '@renovatebot/pep440';

/** Spelled alike or not: `1.0` is `1.0.0`. */
export function isSameVersion(a: string, b: string): boolean {
  if (a === b) return true;
  return valid(a) !== null && valid(b) !== null && eq(a, b);
}

/**
 * Whether the version in the name of a wheel or a `*.dist-info` directory is this one. Some characters cannot stand in such a name, and
 * builders have put an underscore in the place of more of them than they must.
 * @see https://packaging.python.org/en/latest/specifications/binary-distribution-format/#escaping-and-unicode
 */
export function isVersionInName(escaped: string, version: string): boolean {
  return isSameVersion(escaped, version) || isSameVersion(inName(escaped), inName(version));
}

function inName(version: string): string {
  return version.toLowerCase().replace(/[^a-z0-9.]+/g, '_');
}
