import { fakeFile, fakeInput } from '@block-pack/core/testing';
import { expect, it } from 'vitest';
import { recogniseEcosystem } from './recognise.ts';

it.each([
  ['npm', 'node_modules/ms/package.json'],
  ['python', 'pyvenv.cfg'],
  ['python', 'lib/python3.12/site-packages/six-1.17.0.dist-info/RECORD'],
  ['python', 'six-1.17.0.dist-info/RECORD'],
  ['python', 'six-1.17.0-py2.py3-none-any.whl'],
  ['java', 'asm-9.7.jar'],
  ['java', 'lib/asm-9.7.jar'],
  ['java', 'BOOT-INF/classes/A.class'],
  ['files', 'src/main/lib/asm-9.7.jar'],
  ['files', 'dist/app.js'],
])('takes for %s what holds %s', async (ecosystem, path) => {
  expect(await recogniseEcosystem(fakeInput({ [path]: '' }))).toBe(ecosystem);
});

it('takes a jar for java, whatever is in it', async () => {
  const archive = fakeFile('shop.jar', '');
  expect(await recogniseEcosystem({ ...fakeInput({ 'a.txt': '' }), archive })).toBe('java');
});

it('sees one folder around it all as no part of the input, and several as the application', async () => {
  const jar = { 'shop-1.0/lib/asm-9.7.jar': '', 'shop-1.0/bin/shop': '' };
  expect(await recogniseEcosystem(fakeInput(jar))).toBe('java');
  expect(await recogniseEcosystem(fakeInput({ ...jar, 'src/A.java': '' }))).toBe('files');
});
