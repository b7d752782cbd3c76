import { expect, it } from 'vitest';
import { SideBySide } from './side-by-side.ts';

it('shows what several packers do in one line, and nothing of those that are done', () => {
  const lines: string[] = [];
  const both = new SideBySide({ show: (text) => void lines.push(text), end: () => {} });
  const [java, files] = [both.of('java'), both.of('files')];
  java.show('packing 1 of 9');
  files.show('packing 1 of 1');
  java.show('packing 2 of 9');
  files.end();
  java.show('packing 3 of 9');
  expect(lines).toEqual([
    'java: packing 1 of 9',
    'java: packing 1 of 9; files: packing 1 of 1',
    'java: packing 2 of 9; files: packing 1 of 1',
    'java: packing 3 of 9',
  ]);
});
