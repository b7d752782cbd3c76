import { areCoordinates, type Coordinates } from './coordinates.ts';

/**
 * What Maven's archiver writes into every jar, unless told not to.
 * @returns undefined when a part is missing or is an expression that nobody filled in
 * @see https://maven.apache.org/shared/maven-archiver/index.html
 */
export function readPomProperties(text: string): Coordinates | undefined {
  const values = new Map<string, string>();
  for (const line of text.split(/\r\n|\n|\r/)) {
    const found = /^\s*(groupId|artifactId|version)\s*[=:]\s*(\S+)\s*$/.exec(line);
    if (found?.[1] !== undefined && found[2] !== undefined) values.set(found[1], found[2]);
  }
  const [group, artifact, version] = ['groupId', 'artifactId', 'version'].map((key) => values.get(key));
  if (group === undefined || artifact === undefined || version === undefined) return undefined;
  const coordinates = { group, artifact, version };
  return areCoordinates(coordinates) ? coordinates : undefined;
}
