import { expect, test } from 'vitest';
import { distanceSymbol } from '../deflate/deflate-symbols.ts';
import { deflateProgram } from './deflate.ts';
import { instantiate } from './instantiate.ts';

test('the program gives every distance the symbol that the specification does', () => {
  const program = instantiate<{ distanceSymbol(distance: number): number }>(deflateProgram);
  for (let distance = 1; distance <= 32_768; distance++)
    expect(program.distanceSymbol(distance)).toBe(distanceSymbol(distance));
});
