import { randomAccessOf, readZipBelow } from '@block-pack/core';
import { fakeJar } from '@block-pack/core/testing';
import { expect, test } from 'vitest';
import { jarLicenses } from './jar-licenses.ts';

async function licensesOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const bytes = randomAccessOf(fakeJar(files));
  return jarLicenses(bytes, await readZipBelow(bytes, 'a.jar', ''));
}

const pom = (licenses: string) =>
  `<project><artifactId>a</artifactId><licenses>${licenses}</licenses></project>`;

test('a jar has the licences of the Maven projects inside it, each once', async () => {
  const found = await licensesOf({
    'META-INF/MANIFEST.MF': 'Bundle-License: MIT\n',
    'META-INF/maven/g/a/pom.xml': pom('<license><name>Apache-2.0</name><url>https://a</url></license>'),
    'META-INF/maven/g/b/pom.xml': pom(
      '<license><name>Apache-2.0</name></license><license><url>https://b</url></license>',
    ),
    'META-INF/maven/g/c/pom.xml': 'not XML',
  });
  expect(found).toEqual(['Apache-2.0', 'https://b']);
});

test.each([
  [
    'https://www.apache.org/licenses/LICENSE-2.0.txt;link="x", https://b',
    ['https://www.apache.org/licenses/LICENSE-2.0.txt', 'https://b'],
  ],
  ['Apache License, Version 2.0', ['Apache License, Version 2.0']],
  ['"MIT";link=x', ['MIT']],
  ['<<EXTERNAL>>', []],
  ['', []],
])('else it has those of its bundle: %s', async (header, expected) => {
  expect(await licensesOf({ 'META-INF/MANIFEST.MF': `Bundle-License: ${header}\n` })).toEqual(expected);
});

test('a jar that says nothing has none', async () => {
  expect(await licensesOf({ 'A.class': '' })).toEqual([]);
});
