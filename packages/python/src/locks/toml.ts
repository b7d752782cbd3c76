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
    throw lockInvalid(name, 'it is neither TOML nor JSON, nor a list of requirements', cause);
  }
}

/** Brackets that are open, those in strings too, and names of a key: no more than a guess, with room for real files. */
function looksDeep(text: string): boolean {
  let depth = 0;
  for (const line of text.split('\n')) {
    // A header stands at the top again.
    if (/^[ \t]{0,80}\[/.test(line)) depth = 0;
    if ((line.split('=', 1)[0] ?? '').split('.').length > deepest) return true;
    for (const [bracket] of line.matchAll(/[[\]{}]/g)) {
      depth = bracket === '[' || bracket === '{' ? depth + 1 : Math.max(0, depth - 1);
      if (depth > deepest) return true;
    }
  }
  return false;
}
