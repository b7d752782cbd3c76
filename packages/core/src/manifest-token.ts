import { BlockPackError } from './error.ts';

/**
 * The characters that a plain token cannot hold. A fixed list, so that every Unicode version writes the same text: white space, quotes,
 * backslash, control characters, and invisible or direction-changing ones that would let a line show something else than it says.
 */
const special =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u0020"\\\u007f-\u00a0\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]/;
const specialEverywhere = new RegExp(special, 'g');

/** A token as it stands in a line: itself where that is plain, else a JSON string with the special characters escaped. */
export function encodeToken(text: string): string {
  if (!text.isWellFormed())
    throw new BlockPackError('MANIFEST_INVALID', `${JSON.stringify(text)} is not well-formed Unicode`);
  return text !== '' && !special.test(text) ? text : `"${text.replace(specialEverywhere, escapeSpecial)}"`;
}

function escapeSpecial(character: string): string {
  if (character === ' ') return ' ';
  if (character === '"' || character === '\\') return `\\${character}`;
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  if (character === '\r') return '\\r';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** @throws MANIFEST_INVALID */
export function decodeToken(token: string): string {
  const text = token.startsWith('"') ? parseQuoted(token) : token;
  if (!token.startsWith('"') && (text === '' || special.test(text))) throw tokenInvalid(token);
  if (!text.isWellFormed()) throw tokenInvalid(token);
  return text;
}

function parseQuoted(token: string): string {
  try {
    const text: unknown = JSON.parse(token);
    if (typeof text === 'string') return text;
  } catch {
    // The message below says all there is to say.
  }
  throw tokenInvalid(token);
}

/**
 * A line's tokens, still encoded. Single spaces part them; a JSON string, alone or behind `key=`, may hold spaces.
 * @throws MANIFEST_INVALID
 */
export function splitTokens(line: string): string[] {
  const tokens: string[] = [];
  let at = 0;
  while (at <= line.length) {
    const end = tokenEnd(line, at);
    tokens.push(line.slice(at, end));
    if (end < line.length && line[end] !== ' ') throw tokenInvalid(line.slice(at));
    at = end + 1;
  }
  return tokens;
}

function tokenEnd(line: string, start: number): number {
  let at = start;
  while (at < line.length && line[at] !== ' ' && line[at] !== '"') at++;
  if (line[at] !== '"') return at;
  for (at++; at < line.length && line[at] !== '"'; at++) if (line[at] === '\\') at++;
  if (at >= line.length) throw tokenInvalid(line.slice(start));
  return at + 1;
}

function tokenInvalid(token: string): BlockPackError {
  const shown = JSON.stringify(token.length > 80 ? `${token.slice(0, 80)}...` : token);
  return new BlockPackError('MANIFEST_INVALID', `${shown} is neither a plain word nor a JSON string`, {
    hint: 'Paths and values with white space, quotes, backslashes or control characters are written as JSON strings.',
  });
}
