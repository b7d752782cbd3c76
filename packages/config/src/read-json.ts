import { configurationInvalid, deepest, type Member, type Value } from './document.ts';

/**
 * JSON with the lines that its values stand in, which JSON.parse does not tell. Of two equal keys both are kept.
 * @see https://www.rfc-editor.org/rfc/rfc8259
 * @throws USAGE with file and line
 */
export function readJson(text: string, file: string): Value {
  return new JsonReader(text, file).document();
}

/** White space, then a string, a number, a word or a sign; or one character that begins none of them. */
const token =
  /[ \t\r\n]*("(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]|[\s\S]|$)/uy;

class JsonReader {
  readonly #text: string;
  readonly #file: string;
  readonly #token = new RegExp(token);
  #found = '';
  #line = 1;
  #countedTo = 0;

  constructor(text: string, file: string) {
    this.#text = text.startsWith('\ufeff') ? text.slice(1) : text;
    this.#file = file;
    this.#next();
  }

  document(): Value {
    const value = this.#value(0);
    if (this.#found !== '') throw this.#unexpected('the end of the file');
    return value;
  }

  #next(): void {
    const match = this.#token.exec(this.#text);
    this.#found = match?.[1] ?? '';
    const start = this.#token.lastIndex - this.#found.length;
    for (
      let at = this.#text.indexOf('\n', this.#countedTo);
      at !== -1 && at < start;
      at = this.#text.indexOf('\n', at + 1)
    )
      this.#line += 1;
    this.#countedTo = start;
  }

  #value(depth: number): Value {
    if (depth > deepest) throw this.#flaw(`nests more than ${deepest} levels`);
    const line = this.#line;
    const found = this.#found;
    if (found === '{') return { kind: 'table', line, members: this.#between('}', () => this.#member(depth)) };
    if (found === '[') return { kind: 'list', line, items: this.#between(']', () => this.#value(depth + 1)) };
    const isText = isString(found);
    if (!isText && !/^(-?\d|true$|false$|null$)/.test(found)) throw this.#unexpected('a value');
    this.#next();
    if (isText) return { kind: 'text', line, text: JSON.parse(found) };
    if (found === 'true' || found === 'false') return { kind: 'flag', line, flag: found === 'true' };
    return { kind: 'other', line, text: found };
  }

  #member(depth: number): Member {
    const line = this.#line;
    const found = this.#found;
    if (!isString(found)) throw this.#unexpected('a key in quotes');
    this.#next();
    this.#take(':');
    return { key: JSON.parse(found), line, value: this.#value(depth + 1) };
  }

  #between<T>(close: string, read: () => T): T[] {
    const items: T[] = [];
    this.#next();
    if (this.#found !== close) {
      items.push(read());
      while (this.#found === ',') {
        this.#next();
        if (this.#found === close) throw this.#flaw(`has a comma before ${close}, which JSON does not allow`);
        items.push(read());
      }
    }
    this.#take(close);
    return items;
  }

  #take(sign: string): void {
    if (this.#found !== sign) throw this.#unexpected(sign === ':' ? 'a colon' : `a comma or ${sign}`);
    this.#next();
  }

  #unexpected(expected: string): Error {
    const found = this.#found;
    const seen = found === '' ? 'the end of the file' : found;
    const comment = found === '/' ? '; JSON has no comments' : '';
    return this.#flaw(`has ${seen} where ${expected} is expected${comment}`);
  }

  #flaw(flaw: string): Error {
    return configurationInvalid(`${this.#file}:${this.#line}`, `this is no JSON: it ${flaw}`);
  }
}

/** A lone quote begins a string that has no end, or that holds what JSON does not allow. */
function isString(found: string): boolean {
  return found.length > 1 && found.startsWith('"');
}
