import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../digest.ts';
import { BlockPackError } from '../error.ts';
import { encodeInventory, type InventoryEntry, parseInventory } from './inventory.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const digest = (text: string) => digestOf(bytes(text));
const parse = (text: string) => parseInventory(bytes(text), 'site.inventory');

/** Lines with the digest of all of them behind, as if they were what they should be. */
function sealed(...lines: readonly string[]): string {
  const text = lines.map((one) => `${one}\n`).join('');
  return `${text}#end ${digest(text)}\n`;
}

const header = '#block-pack inventory v1';
const image = `image ${digest('image')} 690`;
const block = `block ${digest('block')} 12 pkg:maven/org.ow2.asm/asm@9.7`;

describe('an inventory', () => {
  it('is the text of the specification', () => {
    const path = new URL('../../../../docs/format/vectors/inventory.json', import.meta.url);
    for (const { entries, text } of JSON.parse(readFileSync(path, 'utf8')).inventories) {
      expect(encodeInventory({ entries })).toBe(text);
      expect(encodeInventory({ entries: [...entries].reverse() })).toBe(text);
      expect(encodeInventory(parse(text))).toBe(text);
    }
  });

  it('is read back as it was written', () => {
    const kind = fc.constantFrom('image', 'imports', 'blob', 'block' as const);
    const entry = fc
      .record({ kind, name: fc.string(), size: fc.nat() })
      .map(({ kind, name, size }) => ({ kind, digest: digest(name), size }) as InventoryEntry);
    const all = fc.uniqueArray(entry, { selector: (one) => `${one.kind} ${one.digest}` });
    fc.assert(
      fc.property(all, (entries) => {
        const read = parse(encodeInventory({ entries })).entries;
        expect(new Set(read)).toEqual(new Set(entries));
      }),
    );
  });

  it('holds no address and no password that stood in a purl', () => {
    const of = (purl: string) =>
      encodeInventory({ entries: [{ kind: 'blob', digest: digest('x'), size: 1, purl }] });
    const text = of('pkg:npm/a@1.0?repository_url=https%3A%2F%2Fme%3Asecret%40host#sub');
    expect(text).toContain(' pkg:npm/a@1.0\n');
    for (const purl of ['no purl', 'pkg:a b', 'pkg:x\nblob', `pkg:${'x'.repeat(2000)}`])
      expect(of(purl)).toBe(sealed(header, `blob ${digest('x')} 1`));
  });

  it('is refused when any bit of it is another one, and whenever it ends too early', () => {
    const good = bytes(sealed(header, block, image));
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const other = new Uint8Array(good);
        other[at] = (other[at] ?? 0) ^ mask;
        expect(() => parseInventory(other, 'site.inventory')).toThrow(BlockPackError);
      }),
      { numRuns: 1000 },
    );
    for (let length = 0; length < good.length; length++)
      expect(() => parseInventory(good.subarray(0, length), 'x')).toThrow(BlockPackError);
  });

  it.each([
    ['what is out of order', [header, image, block], 'line 3 does not stand in its order'],
    ['what stands twice', [header, block, block], 'line 3 does not stand in its order'],
    ['two sizes of one blob', [header, `blob ${digest('a')} 1`, `blob ${digest('a')} 2`], 'twice'],
    ['a kind that nobody knows', [header, `secret ${digest('a')} 1`], 'line 2 is not <kind>'],
    ['a size that is none', [header, `blob ${digest('a')} 01`], 'line 2 is not <kind>'],
    ['a size that is too large', [header, `blob ${digest('a')} 1${'0'.repeat(15)}`], 'line 2 is not <kind>'],
    ['a purl with more to it', [header, `blob ${digest('a')} 1 pkg:npm/a@1?b=c`], 'line 2 is not <kind>'],
    ['a purl of an image', [header, `${image} pkg:npm/a@1`], 'line 2 has a purl'],
    ['empty lines', [header, '', image], 'line 2 is not <kind>'],
    ['text behind its end', [header, image, `#end ${digest('')}`], 'line 3 is not <kind>'],
  ])('is refused with %s', (_, lines, said) => {
    expect(() => parse(sealed(...lines))).toThrow(
      expect.objectContaining({ code: 'BUNDLE_INVALID', message: expect.stringContaining(said) }),
    );
  });

  it('is told from other files, and from inventories of newer versions', () => {
    for (const text of ['', '#block-pack import manifest v1\n', sealed('#block-pack inventory v2', image)])
      expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'INPUT_UNSUPPORTED' }));
    expect(() => parse(sealed(header, image).replaceAll('\n', '\r\n'))).toThrow(BlockPackError);
  });
});
