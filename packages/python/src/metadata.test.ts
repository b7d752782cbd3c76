import { expect, test } from 'vitest';
import { metadataLicenses } from './metadata.ts';

test.each([
  ['License-Expression: MIT OR Apache-2.0\nLicense: x\n', ['MIT OR Apache-2.0']],
  ['License: BSD-3-Clause\nClassifier: License :: OSI Approved :: BSD License\n', ['BSD-3-Clause']],
  [
    'License: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License\nClassifier: Topic :: X\n',
    ['MIT License'],
  ],
  [`License: ${'Permission is hereby granted '.repeat(20)}\nClassifier: License :: OSI Approved\n`, []],
  ['Name: x\n\nLicense: in the description\n', []],
])('a METADATA declares licences: %j', (text, licenses) => {
  expect(metadataLicenses(text)).toEqual(licenses);
});
