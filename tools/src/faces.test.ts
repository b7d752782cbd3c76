import { expect, test } from 'vitest';
import { namesOf, renewedReadmes, withFaces } from './faces.ts';
import { readText } from './workspace.ts';

test('every README lists what its package exports; `npm run docs` renews it', () => {
  for (const { file, text } of renewedReadmes()) expect(readText(file), file).toBe(text);
});

test('a face names each export with its kind and the first sentence of its comment', () => {
  const sources: Record<string, string> = {
    'src/index.ts':
      "export type { Digest } from './digest.ts';\nexport { digestOf, limit } from './digests.ts';\n",
    'src/digests.ts': "export { digestOf, limit } from './digest.ts';\n",
    'src/digest.ts': [
      '/** Not this. */',
      'const hidden = 1;',
      '/**',
      ' * `sha256:` and digits. Made only by {@link digestOf}.',
      ' * @see https://example.org',
      ' */',
      'export type Digest = string;',
      'export function digestOf() {}',
      '/** Bytes: a | b. */',
      'export const limit = 1;',
    ].join('\n'),
  };
  expect(namesOf('src/index.ts', (file) => sources[file] ?? '')).toEqual([
    { name: 'Digest', kind: 'type', meaning: '`sha256:` and digits.' },
    { name: 'digestOf', kind: 'function', meaning: '' },
    { name: 'limit', kind: 'const', meaning: 'Bytes: a \\| b.' },
  ]);
});

test('a page without a place for the face says which lines it lacks', () => {
  expect(() => withFaces('# core\n', [])).toThrow('<!-- /face -->');
});
