import { isProjectName } from './project-name.ts';

/**
 * Name and version from the headers of a METADATA; undefined when they are not both there.
 * @see https://packaging.python.org/en/latest/specifications/core-metadata/
 */
export function readMetadata(text: string): { name: string; version: string } | undefined {
  const end = text.search(/\r?\n\r?\n/);
  const headers = end === -1 ? text : text.slice(0, end);
  const name = headerOf(headers, 'Name');
  const version = headerOf(headers, 'Version');
  if (name === undefined || version === undefined) return undefined;
  return isProjectName(name) && isVersion(version) ? { name, version } : undefined;
}

function headerOf(headers: string, field: string): string | undefined {
  // Trimmed afterwards: an expression that does it takes the square of the time on a line of blanks.
  return new RegExp(`^${field}:([^\\n]*)`, 'im').exec(headers)?.[1]?.trim();
}

/** Not always as PEP 440 wants it, in old distributions. */
function isVersion(text: string): boolean {
  return /^[\w.!+-]{1,200}$/.test(text);
}
