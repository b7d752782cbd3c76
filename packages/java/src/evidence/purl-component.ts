import { purlParts } from '@block-pack/core';
import { areCoordinates, type Coordinates } from '../coordinates.ts';
import type { ComponentHash, ResolvedComponent } from './resolver-evidence.ts';

/** A component as a bill of materials names it; undefined when it is not one of Maven's, or has no version. */
export function componentOfPurl(
  purl: string,
  hashes: readonly ComponentHash[],
): ResolvedComponent | undefined {
  const parts = readPurl(purl);
  if (parts?.type !== 'maven' || parts.namespace === undefined || parts.version === undefined)
    return undefined;
  const { namespace: group, name: artifact, version, qualifiers } = parts;
  const coordinates: Coordinates = { group, artifact, version, classifier: qualifiers?.classifier };
  if (!areCoordinates(coordinates)) return undefined;
  return { ...coordinates, type: qualifiers?.type ?? 'jar', classifierKnown: true, hashes };
}

/** Characters; any name that can be understood is shorter. */
const longest = 2_000;

function readPurl(purl: string): ReturnType<typeof purlParts> | undefined {
  if (purl.length > longest) return undefined;
  try {
    return purlParts(purl);
  } catch {
    return undefined;
  }
}
