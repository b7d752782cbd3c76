import { BlockPackError } from '@block-pack/core';
import type { ResolverEvidence } from './evidence.ts';

/**
 * Recognises a resolver's output or a bill of materials by its content.
 * @param name the file's, for messages
 * @throws EVIDENCE_INVALID saying which kinds are understood
 */
export function readEvidence(text: string, name: string): ResolverEvidence {
  throw new BlockPackError(
    'EVIDENCE_INVALID',
    `${name} says nothing about libraries (${text.length} characters)`,
  );
}
