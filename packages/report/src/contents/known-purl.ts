import { BlockPackError, type PurlParts, purlParts } from '@block-pack/core';

/** The parts of a purl as an import line has it; undefined where it has none, or any other text. */
export function knownPurl(purl: string | undefined): PurlParts | undefined {
  if (purl === undefined) return undefined;
  try {
    return purlParts(purl);
  } catch (error) {
    if (error instanceof BlockPackError) return undefined;
    throw error;
  }
}
