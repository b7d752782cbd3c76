import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { mapOf } from './map-of.ts';

const texts = mapOf(v.string());

describe('a map whose keys are data', () => {
  it('keeps every key', () => {
    const key = fc.oneof(fc.string(), fc.constantFrom('constructor', 'prototype', '__proto__', 'toString'));
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.string())), (entries) => {
        const text = JSON.stringify(Object.fromEntries(entries));
        expect(JSON.stringify(v.parse(texts, JSON.parse(text)))).toBe(text);
      }),
    );
  });

  it('says which value is wrong', () => {
    const schema = v.object({ labels: mapOf(mapOf(v.string())) });
    const parsed = v.safeParse(schema, { labels: { a: { b: 'x' }, constructor: { c: 1 } } });
    const [issue] = parsed.issues ?? [];
    expect(issue && v.getDotPath(issue)).toBe('labels.constructor.c');
    expect(issue).toMatchObject({ expected: 'string', received: '1' });
  });

  it.each([[[]], [null], ['text'], [1]])('is not %j', (input) => {
    expect(v.is(texts, input)).toBe(false);
  });

  it('holds what its values become', () => {
    expect(v.parse(mapOf(v.fallback(v.number(), 0)), { a: 1, b: 'x' })).toEqual({ a: 1, b: 0 });
  });
});
