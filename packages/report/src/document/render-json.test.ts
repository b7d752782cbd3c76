import { expect, test } from 'vitest';
import { diffContents } from '../difference/diff-contents.ts';
import { summarize } from '../summary/summarize.ts';
import { fakeContents } from '../testing/fake-contents.ts';
import { formats } from './formats.ts';

const facts = {
  licenses: [{ text: 'MIT', spdx: 'MIT' }],
  nativeCode: [],
  entries: [{ path: 'A.class', size: 1, mark: 'm' }],
};
const before = fakeContents([['/a.jar', 'one', 'maven/g/a@1']]);
const after = fakeContents([['/a.jar', 'two!', 'maven/g/a@2']], 'java', { facts: () => facts });

test('a difference is one JSON document', () => {
  const difference = diffContents(before, after);
  const document = JSON.parse(formats.json({ kind: 'difference', difference, before, after }, {}));
  expect(document).toMatchObject({
    schemaVersion: 1,
    command: 'diff',
    figures: { bytes: 4, ship: 4 },
    changes: [
      { kind: 'changed', step: 'major', before: { version: '1' }, after: { licenses: facts.licenses } },
    ],
  });
  expect(document.changes[0].after).not.toHaveProperty('facts');
});

test('so is a report, which describes each package once', () => {
  const document = JSON.parse(
    formats.json({ kind: 'contents', contents: after, summary: summarize(after) }, {}),
  );
  expect(document).toMatchObject({ command: 'report', packages: [{ name: 'g:a', paths: ['/a.jar'] }] });
  expect(document.summary.largest).toEqual([
    { name: 'g:a', version: '2', purl: 'pkg:maven/g/a@2', digest: after.packages[0]?.digest },
  ]);
});
