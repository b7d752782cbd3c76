import { expect, test } from 'vitest';
import { assemblyPrograms, carrierOf, carrierText } from './assembled.ts';
import { readText } from './workspace.ts';

test.each(assemblyPrograms())(
  'the %s program that is carried is what its source compiles to: npm run wasm',
  async (program) => {
    expect(readText(carrierOf(program))).toBe(await carrierText(program));
  },
);
