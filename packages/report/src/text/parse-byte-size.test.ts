import { expect, it } from 'vitest';
import { parseByteSize } from './parse-byte-size.ts';

it.each([
  ['4G', 4_000_000_000],
  ['4GB', 4_000_000_000],
  ['650m', 650_000_000],
  ['1.44 MB', 1_440_000],
  ['64KiB', 65_536],
  ['2TiB', 2_199_023_255_552],
  ['100000', 100_000],
  ['512B', 512],
])('%s is %i bytes', (text, bytes) => expect(parseByteSize(text, '--split')).toBe(bytes));

it.each(['', '0', '-1', '4X', 'G', '1e9', '0x10', '4iB', '0.1', '999999T', '4G4', '1,5G'])(
  '%s is no size',
  (text) => expect(() => parseByteSize(text, '--split')).toThrow(/is no size/),
);
