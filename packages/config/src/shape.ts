import { nearestWord } from '@block-pack/core';
import { configurationInvalid, type Value } from './document.ts';

/** A JSON Schema, as far as shapes need it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a value of a configuration must look like: told once, for reading it and for the published schema. */
export interface Shape<T> {
  /** What is expected, in words, such as `a text`. */
  readonly expected: string;
  readonly kinds: readonly Value['kind'][];
  /** @throws USAGE */
  read(value: Value, at: Spot): T;
  readonly schema: JsonSchema;
}

/** Where a value stands, for messages. */
export interface Spot {
  readonly file: string;
  /** Such as `applications.shop.java`; empty at the top. */
  readonly path: string;
}

export type Read<S> = S extends Shape<infer T> ? T : never;

/** A value that knows its line, for errors that show only when it is used. */
export interface AtLine<T> {
  readonly line: number;
  readonly value: T;
}

export const text: Shape<string> = {
  expected: 'a text',
  kinds: ['text'],
  schema: { type: 'string', minLength: 1 },
  read(value, at) {
    if (value.kind !== 'text') throw unexpected(value, text.expected, at);
    if (value.text === '') throw flaw(value, at, 'is empty');
    if (value.text.includes('\0') || !value.text.isWellFormed()) throw flaw(value, at, 'is no text');
    return value.text;
  },
};

export const flag: Shape<boolean> = {
  expected: 'true or false',
  kinds: ['flag'],
  schema: { type: 'boolean' },
  read(value, at) {
    if (value.kind !== 'flag') throw unexpected(value, flag.expected, at);
    return value.flag;
  },
};

const yes: Shape<true> = {
  expected: 'true',
  kinds: ['flag'],
  schema: { const: true },
  read(value, at) {
    if (value.kind === 'flag' && value.flag) return true;
    throw unexpected(value, 'true, or nothing at all', at);
  },
};

/** `true`, for the place where a thing usually is, or the place. */
export const usualOrText: Shape<string | true> = either('true or a text', yes, text);

export function choice<const T extends string>(...choices: readonly T[]): Shape<T> {
  const expected = `one of ${choices.join(', ')}`;
  return {
    expected,
    kinds: ['text'],
    schema: { enum: choices },
    read(value, at) {
      const found = value.kind === 'text' ? choices.find((one) => one === value.text) : undefined;
      if (found !== undefined) return found;
      const nearest = value.kind === 'text' ? nearestWord(value.text, choices) : undefined;
      throw unexpected(value, expected, at, nearest);
    },
  };
}

/** One, or a list of them that is not empty. */
export function oneOrMany<T>(shape: Shape<T>): Shape<readonly T[]> {
  const expected = `${shape.expected} or a list of them`;
  return {
    expected,
    kinds: ['list', ...shape.kinds],
    schema: { anyOf: [shape.schema, { type: 'array', items: shape.schema, minItems: 1 }] },
    read(value, at) {
      if (value.kind !== 'list') {
        if (!shape.kinds.includes(value.kind)) throw unexpected(value, expected, at);
        return [shape.read(value, at)];
      }
      if (value.items.length === 0) throw flaw(value, at, 'is an empty list');
      return value.items.map((item, index) => shape.read(item, { ...at, path: `${at.path}[${index}]` }));
    },
  };
}

/** A list alone, where one text would mean something else. */
export function listOf<T>(shape: Shape<T>): Shape<readonly T[]> {
  const expected = 'a list of texts';
  return {
    expected,
    kinds: ['list'],
    schema: { type: 'array', items: shape.schema },
    read(value, at) {
      if (value.kind !== 'list') throw unexpected(value, expected, at);
      return value.items.map((item, index) => shape.read(item, { ...at, path: `${at.path}[${index}]` }));
    },
  };
}

/** Told apart by their kinds. */
export function either<A, B>(expected: string, a: Shape<A>, b: Shape<B>): Shape<A | B> {
  return {
    expected,
    kinds: [...a.kinds, ...b.kinds],
    schema: { anyOf: [a.schema, b.schema] },
    read(value, at) {
      if (a.kinds.includes(value.kind)) return a.read(value, at);
      if (b.kinds.includes(value.kind)) return b.read(value, at);
      throw unexpected(value, expected, at);
    },
  };
}

export function atLine<T>(shape: Shape<T>): Shape<AtLine<T>> {
  return { ...shape, read: (value, at) => ({ line: value.line, value: shape.read(value, at) }) };
}

/** A table whose keys are the user's own. */
export function named<T>(expected: string, shape: Shape<T>): Shape<ReadonlyMap<string, T>> {
  return {
    expected,
    kinds: ['table'],
    schema: { type: 'object', additionalProperties: shape.schema },
    read(value, at) {
      const members = membersOf(value, expected, at);
      return new Map(members.map(({ key, value: inner }) => [key, shape.read(inner, below(at, key))]));
    },
  };
}

/** A member of a table, and what it is for. */
export interface Field<T> {
  readonly shape: Shape<T>;
  readonly about: string;
}

type Fields = Readonly<Record<string, Field<unknown>>>;
type FieldValue<F> = F extends Field<infer T> ? T : never;

/** What is read of a table: nothing stands for what is not said. */
export type TableOf<F extends Fields, R extends keyof F> = {
  readonly [K in R]: FieldValue<F[K]>;
} & { readonly [K in Exclude<keyof F, R>]?: FieldValue<F[K]> };

/** A table with known keys. All are optional but those that are named as required. */
export function table<const F extends Fields, const R extends keyof F & string = never>(
  fields: F,
  required: readonly R[] = [],
): Shape<TableOf<F, R>> {
  const expected = 'a table';
  const known = new Map(Object.entries(fields));
  return {
    expected,
    kinds: ['table'],
    schema: {
      type: 'object',
      properties: Object.fromEntries(
        [...known].map(([key, { shape, about }]) => [key, { description: about, ...shape.schema }]),
      ),
      ...(required.length === 0 ? {} : { required }),
      additionalProperties: false,
    },
    read(value, at) {
      const read: Record<string, unknown> = {};
      for (const { key, line, value: inner } of membersOf(value, expected, at)) {
        const field = known.get(key);
        if (field === undefined) throw unknownKey(key, line, [...known.keys()], at);
        read[key] = field.shape.read(inner, below(at, key));
      }
      const missing = required.find((key) => !Object.hasOwn(read, key));
      if (missing !== undefined) throw flaw(value, at, `has no "${missing}": ${known.get(missing)?.about}`);
      return read as TableOf<F, R>;
    },
  };
}

function membersOf(value: Value, expected: string, at: Spot) {
  if (value.kind !== 'table') throw unexpected(value, expected, at);
  const seen = new Set<string>();
  for (const { key, line } of value.members) {
    if (key === '__proto__') throw unknownKey(key, line, [], at);
    if (seen.has(key)) throw flaw({ line }, at, `has the key ${JSON.stringify(key)} twice`);
    seen.add(key);
  }
  return value.members;
}

function below({ file, path }: Spot, key: string): Spot {
  const name = /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
  return { file, path: path === '' ? name : `${path}.${name}` };
}

function unknownKey(key: string, line: number, known: readonly string[], at: Spot): Error {
  const nearest = nearestWord(key, known);
  const guess = nearest === undefined ? '' : `Did you mean "${nearest}"? `;
  const hint = known.length === 0 ? undefined : `${guess}Known here: ${known.join(', ')}.`;
  return configurationInvalid(`${at.file}:${line}`, `${subject(at)} has no key ${JSON.stringify(key)}`, hint);
}

function unexpected(value: Value, expected: string, at: Spot, nearest?: string): Error {
  const guess = nearest === undefined ? undefined : `Did you mean "${nearest}"?`;
  return flaw(value, at, `is ${inWords(value)}; expected ${expected}`, guess);
}

export function flaw({ line }: { readonly line: number }, at: Spot, what: string, hint?: string): Error {
  return configurationInvalid(`${at.file}:${line}`, `${subject(at)} ${what}`, hint);
}

function subject({ path }: Spot): string {
  return path === '' ? 'the configuration' : path;
}

function inWords(value: Value): string {
  switch (value.kind) {
    case 'text':
      return JSON.stringify(value.text.slice(0, 60));
    case 'flag':
      return String(value.flag);
    case 'list':
      return 'a list';
    case 'table':
      return 'a table';
    case 'other':
      return value.text;
  }
}
