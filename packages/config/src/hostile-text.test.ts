import { BlockPackError } from '@block-pack/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfiguration } from './configuration.ts';
import type { Value } from './document.ts';
import { readJson } from './read-json.ts';
import { readToml } from './read-toml.ts';

/** What JSON.parse makes of the same text. */
function plain(value: Value): unknown {
  switch (value.kind) {
    case 'text':
      return value.text;
    case 'flag':
      return value.flag;
    case 'other':
      return JSON.parse(value.text);
    case 'list':
      return value.items.map(plain);
    case 'table':
      return Object.fromEntries(value.members.map(({ key, value: inner }) => [key, plain(inner)]));
  }
}

function refused(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof BlockPackError) return error.message;
    throw error;
  }
}

function accepts(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}

/** Texts that are nearly JSON, or nearly TOML. */
const pieces = (words: readonly string[]) =>
  fc.array(fc.constantFrom(...words), { maxLength: 20 }).map((all) => all.join(''));
const nearlyJson = pieces([
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '"a"',
  '"b\\u00e9"',
  '1',
  '-0.5e3',
  'true',
  'null',
  ' ',
  '\n',
  '\\',
  '\t',
  '/',
]);
const nearlyToml = pieces([
  '[',
  ']',
  '[[',
  ']]',
  '=',
  '.',
  'a',
  '"b"',
  "'c'",
  '"""',
  "'''",
  '#',
  '\n',
  '{',
  '}',
  ',',
  '1',
  'true',
  ' ',
  '\\',
]);

describe('readJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 2), (value, indent) => {
        const json = JSON.stringify(value, undefined, indent);
        expect(plain(readJson(json, 'x.json'))).toEqual(JSON.parse(json));
      }),
    );
  });

  it('refuses what JSON.parse refuses, and nothing else', () => {
    fc.assert(
      fc.property(nearlyJson, (json) => {
        expect(refused(() => readJson(json, 'x.json')) === undefined, json).toBe(accepts(json));
      }),
      { numRuns: 2000 },
    );
  });

  it('names the line of the first thing that is wrong', () => {
    expect(refused(() => readJson('{\n  "a": 1,\n}', 'x.json'))).toBe(
      'x.json:3: this is no JSON: it has a comma before }, which JSON does not allow',
    );
    expect(refused(() => readJson('{\n// why\n}', 'x.json'))).toContain(
      'x.json:2: this is no JSON: it has / where a key in quotes is expected; JSON has no comments',
    );
    expect(refused(() => readJson('', 'x.json'))).toContain(
      'has the end of the file where a value is expected',
    );
  });

  it('reads a file with a mark of byte order, and texts with separators of lines', () => {
    expect(plain(readJson('\ufeff{"a":"x\u2028y"}', 'x.json'))).toEqual({ a: 'x\u2028y' });
  });
});

describe('readToml', () => {
  it('gives a value or a refusal, whatever it is given', () => {
    fc.assert(
      fc.property(nearlyToml, (toml) => {
        expect(refused(() => readToml(toml, 'x.toml')) ?? 'x.toml:').toContain('x.toml:');
      }),
      { numRuns: 2000 },
    );
  });

  it('knows the line of every key that stands in a line of its own', () => {
    const lines = fc.array(
      fc.constantFrom(
        '# x',
        '',
        'text = """\n[a]\n"""',
        "raw = '''\nb = 1'''",
        'list = [\n{ b = "]" },\n{ c = "#" },\n]',
      ),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(fc.uniqueArray(lines, { maxLength: 4, selector: (one) => one.join() }), (parts) => {
        const text = parts
          .map((part, at) => `[t${at}]\n${[...new Set(part)].join('\n')}\nend = "${at}"\n`)
          .join('');
        const read = readToml(text, 'x.toml');
        const ends = text.split('\n').flatMap((line, at) => (line.startsWith('end = ') ? [at + 1] : []));
        const found =
          read.kind === 'table'
            ? read.members.map(({ value }) => value.kind === 'table' && value.members.at(-1)?.line)
            : [];
        expect(found).toEqual(ends);
      }),
    );
  });

  it('names the line of what is no TOML', () => {
    expect(refused(() => readToml('a = 1\nb = = 2\n', 'x.toml'))).toMatch(/^x\.toml:2: this is no TOML: /);
  });
});

describe('deep nesting', () => {
  const deep = 200_000;
  it.each([
    ['block-pack.config.json', '['.repeat(deep)],
    ['block-pack.config.json', '{"a":'.repeat(deep)],
    ['pyproject.toml', `a = ${'['.repeat(deep)}`],
    ['pyproject.toml', `a = ${'{b='.repeat(deep)}`],
    ['pyproject.toml', `${'a.'.repeat(deep)}a = 1`],
    ['pyproject.toml', `[${'a.'.repeat(deep)}a]`],
  ])('is refused in %s', (file, text) => {
    expect(refused(() => readConfiguration(`${text}\n# block-pack`, file))).toContain('nests more than');
  });
});
