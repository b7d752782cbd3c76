import toml from '@iarna/toml';
import { lockInvalid } from './lock-invalid.ts';

/** Deeper than any lock file; the reader calls itself for each level. */
const deepest = 64;

/**
 * The only place that knows the library. Every table is without a prototype.
 * @throws EVIDENCE_INVALID
 */
export function readToml(text: string, name: string): unknown {
  if (looksDeep(text)) throw lockInvalid(name, `it nests more than ${deepest} levels`);
  try {
    return toml.parse(text);
  } catch (cause) {
    throw lockInvalid(name, 'it is not TOML', cause);
  }
}

/** Opening brackets less closing ones, strings included: no more than a guess, with room for real files. */
function looksDeep(text: string): boolean {
  let depth = 0;
  for (const bracket of text.matchAll(/[[\]{}]|\n(?=\s*\[)/g)) {
    const [found] = bracket;
    // A header stands at the top again.
    if (found.startsWith('\n')) depth = 0;
    else depth = found === '[' || found === '{' ? depth + 1 : Math.max(0, depth - 1);
    if (depth > deepest) return true;
  }
  return /^[ \t]*\[?\[?([^\]\n]*\.){64}/m.test(text);
}
