import { configurationInvalid, deepest } from './document.ts';

/** Names of keys and numbers of elements, from the top of the document. */
export type TomlPath = readonly (string | number)[];

export function pathKey(path: TomlPath): string {
  return JSON.stringify(path);
}

/** A string of any of the four kinds, a comment, a sign, or a run of other characters; each alternative begins with another character. */
const token =
  /"""(?:[^\\]|\\[\s\S])*?"{3,5}|'''[\s\S]*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*|\n|[[\]{}=.]|[ \t\r]+|[^\s"'#[\]{}=.]+|[\s\S]/uy;

/**
 * The lines of the keys and headers of a TOML document, which its reader does not tell. What stands inside a value has none of its own.
 * Text that is no TOML gives some lines or others; its reader refuses it.
 * @see https://toml.io/en/v1.0.0
 * @throws USAGE where brackets nest so deep that the reader, which calls itself, would break
 */
export function tomlLines(text: string, file: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  const elements = new Map<string, number>();
  let table: TomlPath = [];
  for (const { line, words, isHeader } of statements(text, file)) {
    const isElement = isHeader && words[0] === '[' && words[1] === '[';
    const names = words.filter((word) => !'[].'.includes(word)).map(keyName);
    if (names.length > deepest) throw tooDeep(file, line);
    if (!isHeader) {
      note([...table, ...names], line, lines);
      continue;
    }
    table = withElements(names, isElement, elements);
    note(table, line, lines);
  }
  return lines;
}

interface Statement {
  readonly line: number;
  /** The header with its brackets, or the key up to `=`. */
  readonly words: readonly string[];
  readonly isHeader: boolean;
}

function* statements(text: string, file: string): Generator<Statement> {
  let line = 1;
  let depth = 0;
  let inValue = false;
  let words: string[] = [];
  let startedAt = 1;
  for (const [found] of text.matchAll(new RegExp(token, 'gu'))) {
    if (found === '\n' && depth === 0) {
      if (words[0] === '[') yield { line: startedAt, words, isHeader: true };
      [inValue, words] = [false, []];
    } else if (inValue) {
      if ('[{'.includes(found)) depth += 1;
      else if (']}'.includes(found)) depth = Math.max(0, depth - 1);
      if (depth > deepest) throw tooDeep(file, line);
    } else if (found === '=') {
      yield { line: startedAt, words, isHeader: false };
      inValue = true;
    } else if (found.trim() !== '' && !found.startsWith('#')) {
      if (words.length === 0) startedAt = line;
      words.push(found);
    }
    line += found.split('\n').length - 1;
  }
  if (!inValue && words[0] === '[') yield { line: startedAt, words, isHeader: true };
}

/** Where a header leads: below an array of tables, into its last element. */
function withElements(names: readonly string[], isElement: boolean, elements: Map<string, number>): TomlPath {
  let path: (string | number)[] = [];
  for (const [at, name] of names.entries()) {
    path = [...path, name];
    const key = pathKey(path);
    const last = elements.get(key);
    if (isElement && at === names.length - 1) {
      elements.set(key, (last ?? -1) + 1);
      return [...path, (last ?? -1) + 1];
    }
    if (last !== undefined) path = [...path, last];
  }
  return path;
}

/** Also for the tables that a dotted key makes on the way; what has a line keeps it. */
function note(path: TomlPath, line: number, lines: Map<string, number>): void {
  for (let length = 1; length <= path.length; length += 1) {
    const key = pathKey(path.slice(0, length));
    if (!lines.has(key)) lines.set(key, line);
  }
}

function keyName(word: string): string {
  if (word.startsWith("'")) return word.slice(1, -1);
  if (!word.startsWith('"')) return word;
  try {
    return JSON.parse(word);
  } catch {
    return word;
  }
}

function tooDeep(file: string, line: number): Error {
  return configurationInvalid(`${file}:${line}`, `it nests more than ${deepest} levels`);
}
