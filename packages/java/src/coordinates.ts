import { type Purl, purlOf } from '@block-pack/core';

/**
 * What Maven calls a resolved artifact.
 * @see https://maven.apache.org/pom.html#Maven_Coordinates
 */
export interface Coordinates {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
  readonly classifier?: string | undefined;
}

/** What a file name alone can tell. */
export interface NamedJar {
  readonly artifact: string;
  readonly version?: string | undefined;
  readonly classifier?: string | undefined;
}

/** @see https://github.com/package-url/purl-spec/blob/main/types-doc/maven-definition.md */
export function mavenPurl(of: Coordinates): Purl {
  const { group, artifact, version, classifier } = of;
  return purlOf({
    type: 'maven',
    namespace: group,
    name: artifact,
    version,
    qualifiers: qualifiers(classifier),
  });
}

/** For a jar of unknown group: a name that claims no more than is known. */
export function genericPurl(of: NamedJar): Purl {
  const { artifact, version, classifier } = of;
  return purlOf({ type: 'generic', name: artifact, version, qualifiers: qualifiers(classifier) });
}

/** `group:artifact:version[:classifier]`, for people. */
export function coordinatesText(of: Coordinates): string {
  const { group, artifact, version, classifier } = of;
  return [group, artifact, version, ...(classifier === undefined ? [] : [classifier])].join(':');
}

/** The characters that Maven allows in a group or an artifact, and in what it takes as a version in a repository's paths. */
const plainWord = /^[A-Za-z0-9_][A-Za-z0-9_.+~-]{0,199}$/;

/** False for what cannot be the name of anything published, such as an expression nobody filled in. */
export function areCoordinates(of: Coordinates): boolean {
  return [of.group, of.artifact, of.version, of.classifier ?? 'none'].every((word) => plainWord.test(word));
}

function qualifiers(classifier: string | undefined): Record<string, string> | undefined {
  return classifier === undefined ? undefined : { classifier };
}
