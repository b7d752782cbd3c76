import { expect, test } from 'vitest';
import { compareByType } from './type-order.ts';

test('puts files of one type beside each other, in the order of their paths', () => {
  const paths = ['b/Two.class', 'a.d/NOTICE', 'b/x.properties', 'a/One.CLASS', 'a/y.properties'];
  expect(paths.sort(compareByType)).toEqual([
    'a.d/NOTICE',
    'a/One.CLASS',
    'b/Two.class',
    'a/y.properties',
    'b/x.properties',
  ]);
});
