import { isProjectName } from './project-name.ts';

/**
 * Name and version from the headers of a METADATA; undefined when they are not both there.
 * @see https://packaging.python.org/en/latest/specifications/core-metadata/
 */
export function readMetadata(text: string): { name: string; version: string } | undefined {
  const headers = headersOf(text);
  const name = headerOf(headers, 'Name');
  const version = headerOf(headers, 'Version');
  if (name === undefined || version === undefined) return undefined;
  return isProjectName(name) && isVersion(version) ? { name, version } : undefined;
}

/**
 * The licences that a METADATA declares: its expression, else a short text, else its classifiers.
 * @see https://packaging.python.org/en/latest/specifications/core-metadata/#license-expression
 */
export function metadataLicenses(text: string): readonly string[] {
  const headers = headersOf(text);
  const [said] = [headerOf(headers, 'License-Expression'), headerOf(headers, 'License')].filter(isShortName);
  if (said !== undefined) return [said];
  const classifiers = [...headers.matchAll(/^Classifier: *License ::([^\n]*)/gim)];
  const names = classifiers.map(([, path = '']) => path.split('::').at(-1)?.trim());
  return names.filter(isShortName).filter((name) => name !== 'OSI Approved');
}

/** Some put the whole text of their licence there, or say that they do not say. */
function isShortName(text: string | undefined): text is string {
  return text !== undefined && text !== '' && text.length <= 200 && text.toUpperCase() !== 'UNKNOWN';
}

function headersOf(text: string): string {
  const end = text.search(/\r?\n\r?\n/);
  return end === -1 ? text : text.slice(0, end);
}

function headerOf(headers: string, field: string): string | undefined {
  // Trimmed afterwards: an expression that does it takes the square of the time on a line of blanks.
  return new RegExp(`^${field}:([^\\n]*)`, 'im').exec(headers)?.[1]?.trim();
}

/** Not always as PEP 440 wants it, in old distributions. */
function isVersion(text: string): boolean {
  return /^[\w.!+-]{1,200}$/.test(text);
}
