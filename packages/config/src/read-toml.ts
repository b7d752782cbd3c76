import toml from '@iarna/toml';
import { configurationInvalid, type Value } from './document.ts';
import { pathKey, type TomlPath, tomlLines } from './toml-lines.ts';

/**
 * TOML with the lines of its keys.
 * @throws USAGE with file and line
 */
export function readToml(text: string, file: string): Value {
  const lines = tomlLines(text, file);
  return located(parse(text, file), [], 1, lines);
}

function parse(text: string, file: string): unknown {
  try {
    return toml.parse(text);
  } catch (cause) {
    const line =
      cause instanceof Error && 'line' in cause && typeof cause.line === 'number' ? cause.line + 1 : 1;
    const reason = cause instanceof Error ? cause.message.split(/ at row |\n/, 1)[0] : '';
    throw configurationInvalid(`${file}:${line}`, `this is no TOML: ${reason}`);
  }
}

function located(found: unknown, path: TomlPath, above: number, lines: ReadonlyMap<string, number>): Value {
  const line = lines.get(pathKey(path)) ?? above;
  if (typeof found === 'string') return { kind: 'text', line, text: found };
  if (typeof found === 'boolean') return { kind: 'flag', line, flag: found };
  if (Array.isArray(found))
    return { kind: 'list', line, items: found.map((item, at) => located(item, [...path, at], line, lines)) };
  if (typeof found !== 'object' || found === null || found instanceof Date)
    return { kind: 'other', line, text: String(found) };
  const members = Object.entries(found).map(([key, value]) => {
    const read = located(value, [...path, key], line, lines);
    return { key, line: read.line, value: read };
  });
  return { kind: 'table', line, members };
}
