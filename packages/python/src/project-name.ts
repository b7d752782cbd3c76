/**
 * The one spelling of a distribution's name.
 * @see https://packaging.python.org/en/latest/specifications/name-normalization/
 */
export function normalName(name: string): string {
  return name.replace(/[-_.]+/g, '-').toLowerCase();
}

export function isProjectName(name: string): boolean {
  return name.length <= 200 && /^([A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9])$/i.test(name);
}

const distInfoName = /^([A-Za-z0-9][^/]*?)-([^/-]+)\.dist-info$/;

/** Name and version that a `*.dist-info` directory is called after. */
export function distInfoParts(folder: string): { name: string; version: string } | undefined {
  const [, name, version] = distInfoName.exec(folder) ?? [];
  return name === undefined || version === undefined ? undefined : { name, version };
}
