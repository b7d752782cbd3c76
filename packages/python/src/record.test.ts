import { BlockPackError } from '@block-pack/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeRecord, parseRecord } from './record.ts';

const line = fc.record({
  path: fc.string({ minLength: 1, unit: 'grapheme' }),
  hash: fc.constantFrom('', 'sha256=AbC_-1', 'sha512=x'),
  size: fc.nat().map(String),
});

describe('a RECORD', () => {
  it('is read back as it was written, sorted', () => {
    fc.assert(
      fc.property(fc.uniqueArray(line, { selector: ({ path }) => path }), (lines) => {
        const text = encodeRecord(lines);
        const read = parseRecord(text, 'RECORD');
        expect(new Set(read)).toEqual(new Set(lines));
        expect(encodeRecord(read)).toBe(text);
      }),
    );
  });

  it('is the same in every dialect of CSV', () => {
    const dialects = [
      'b.py,sha256=x,1\na.py,,\n',
      'a.py,,\r\nb.py,sha256=x,01\r\n',
      '"a.py","",""\n"b.py","sha256=x","1"',
      '\n\na.py,,\n\nb.py,sha256=x,1,\n',
      'a.py,,\nb.py,sha256=x==,1',
    ];
    const texts = dialects.map((text) => encodeRecord(parseRecord(text, 'RECORD')));
    expect(new Set(texts)).toEqual(new Set(['a.py,,\nb.py,sha256=x,1\n']));
  });

  it('may name files with commas, quotes and line breaks', () => {
    expect(parseRecord('"a,""b""\nc.txt",,', 'RECORD')).toEqual([
      { path: 'a,"b"\nc.txt', hash: '', size: '' },
    ]);
  });

  it.each([
    ['"never closed', 'in line 1, a quote is not closed'],
    ['a.py,,\n"b"c,,', 'in line 2, a quote is not closed, or something follows it'],
    ['a.py,,1,more', 'in line 1, it is no file, hash, size'],
    ['a.py,sha256=x,-1', 'in line 1, "-1" is no size'],
    ['a.py,sha256:x,1', 'in line 1, "sha256:x" is no hash'],
    [',sha256=x,1', 'in line 1, it is no file, hash, size'],
  ])('is refused when it says %j', (text, flaw) => {
    expect(() => parseRecord(text, 'x/RECORD')).toThrow(`x/RECORD cannot be understood: ${flaw}`);
  });

  it('is read or refused, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a', '=', '1') }), (text) => {
        try {
          parseRecord(text, 'RECORD');
        } catch (error) {
          expect(error).toBeInstanceOf(BlockPackError);
        }
      }),
    );
  });

  it('of many megabytes is read in no time', () => {
    const text = `${'a'.repeat(1 << 20)},,\n"${'""'.repeat(1 << 20)}",,\n${'b,,\n'.repeat(1)}`;
    expect(parseRecord(text, 'RECORD')).toHaveLength(3);
  });
});
