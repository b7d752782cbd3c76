import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NumberedTexts } from './numbered-texts.ts';

it('texts that begin alike and are as long are told apart, and others from all of them', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 4 });
  const known = fc.uniqueArray(letters, { maxLength: 12 });
  const property = fc.property(known, fc.array(fc.oneof(letters, fc.constant(''))), (texts, others) => {
    const numbered = new NumberedTexts(texts);
    for (const text of [...texts, ...others, 'a'.repeat(300)])
      expect(numbered.numberOf(poolOf(text), 1)).toBe(texts.indexOf(text));
  });
  fc.assert(property);
});

function poolOf(text: string) {
  const bytes = Buffer.from(`\0\0${text}`, 'latin1');
  bytes.writeUInt16BE(text.length);
  return { bytes, offsets: Int32Array.of(0, 0) };
}
