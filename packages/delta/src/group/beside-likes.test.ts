import { randomAccessOf } from '@block-pack/core';
import { fakeJar } from '@block-pack/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { besideLikes } from './beside-likes.ts';

/** Files of a library, `from` one `to` another, each of its own size, in folders that the library or a copy has for them. */
function library(folder: string, from: number, to: number, version = ''): Record<string, string> {
  const names = Array.from({ length: to - from }, (_, i) => from + i);
  return Object.fromEntries(
    names.map((at) => [`${folder}/common/base/Part${at}.class`, `${version}${'x'.repeat(200 + 50 * at)}`]),
  );
}

type Files = Readonly<Record<string, string>>;

/** The names of jars in the order in which they are put. */
async function order(jars: Readonly<Record<string, Files>>): Promise<string> {
  const blocks = Object.entries(jars).map(([name, files]) => {
    return { name, kind: 'file', content: randomAccessOf(fakeJar(files)) } as const;
  });
  return (await besideLikes(blocks)).map(({ name }) => name).join(' ');
}

describe('blocks without a base', () => {
  it('stand behind the one that holds most of them under folders of its own', async () => {
    const shaded = { ...library('shaded/org', 0, 40), 'a/b/Own.class': 'own' };
    expect(await order({ shaded, other: library('net', 100, 120), origin: library('org', 0, 38) })).toBe(
      'shaded origin other',
    );
  });

  it('stand behind it in another version as well, in their order', async () => {
    const jars = {
      small: library('org', 0, 20),
      other: library('net', 100, 120),
      middle: library('thirdparty/org', 0, 30, 'new'),
      large: library('shaded/org', 0, 40),
    };
    expect(await order(jars)).toBe('other large small middle');
  });

  it('stay in their order where less than half of them is alike, or nothing is known of them', async () => {
    const jars = { a: library('org', 0, 20), b: library('net', 100, 140), c: library('org', 15, 60), d: {} };
    expect(await order(jars)).toBe('a b c d');
  });

  it('are all there, once, whatever they share', async () => {
    const jar = fc.tuple(fc.nat(10), fc.nat(10)).map(([from, count]) => library('org', from, from + count));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), jar), async (jars) => {
        const ordered = (await order(jars)).split(' ').filter(Boolean);
        expect(ordered.sort()).toEqual(Object.keys(jars).sort());
      }),
      { numRuns: 50 },
    );
  });
});
