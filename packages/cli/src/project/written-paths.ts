import { dirname, relative, resolve, sep } from 'node:path';
import type { AtLine, Configuration, ImageEntry } from '@block-pack/config';
import { parsePlace } from '@block-pack/store';
import { blamed } from './blamed.ts';
import type { Caller } from './plan-applications.ts';

/**
 * What a configuration has written, now or in an earlier run: the layouts, archives and reports of all its applications, also of those that are not chosen. Absolute paths,
 * whether they are there or not; import manifests are not among them.
 * @throws USAGE for what is no place
 */
export function writtenPaths(
  { file, applications }: Configuration,
  caller: Caller,
  directory: string,
): readonly string[] {
  const root = dirname(resolve(directory, file));
  return [...applications].flatMap(([name, { value }]) => {
    const own = resolve(root, value.directory ?? '.');
    const asked = askedFor(value.image, placesIn(file, name));
    const images = [value.image?.value.output ?? [], outputOf(name, caller) ?? []].flat();
    const reports = (value.report?.value.format ?? []).filter((format) => format.includes('='));
    return [
      ...images.map((output) => placePath(output, own, asked)),
      ...reports.map((format) => resolve(own, format.slice(format.indexOf('=') + 1))),
    ];
  });
}

function placePath(output: string, directory: string, where: string): string {
  try {
    return parsePlace(output, directory).path;
  } catch (error) {
    throw blamed(error, where);
  }
}

/** Where the caller wants an application's image instead of where the configuration says. */
export function outputOf(name: string, { output }: Caller): string | undefined {
  return output?.replaceAll('{app}', name);
}

/** Says where in the configuration something of an application stands. */
export function placesIn(file: string, name: string): (line: number, key: string) => string {
  return (line, key) => `${file}:${line}, applications.${name}.${key}`;
}

/** Where an image was asked for. */
export function askedFor(
  image: AtLine<ImageEntry> | undefined,
  where: (line: number, key: string) => string,
): string {
  return image === undefined ? '--output' : where(image.line, 'image');
}

/** Those of absolute paths that lie inside a directory, relative to it, with `/`. */
export function pathsInside(directory: string, paths: readonly string[]): readonly string[] {
  return paths
    .map((path) => relative(directory, path).split(sep).join('/'))
    .filter((path) => path !== '' && path !== '..' && !path.startsWith('../'));
}
