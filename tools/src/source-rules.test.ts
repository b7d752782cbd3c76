import { describe, expect, test } from 'vitest';
import { nameFindings, textFindings } from './source-rules.ts';
import { readText, showFindings, workspaceFiles } from './workspace.ts';

test('every file of the workspace has a name that says what is inside', () => {
  expect(showFindings(nameFindings(workspaceFiles()))).toEqual([]);
});

test('every file of the workspace keeps the house rules', () => {
  const findings = workspaceFiles().flatMap((file) => textFindings(file, readText(file)));
  expect(showFindings(findings)).toEqual([]);
});

describe('a house rule names file and line of', () => {
  test('a drawer', () => {
    const files = ['packages/core/src/zip-utils.ts', 'packages/core/src/shared/a.ts', 'vitest.shared.ts'];
    expect(showFindings(nameFindings(files))).toEqual([
      'packages/core/src/zip-utils.ts:1: "zip-utils.ts" does not say what is inside',
      'packages/core/src/shared/a.ts:1: "shared" does not say what is inside',
    ]);
  });

  test.each([
    ['packages/core/src/a.ts', `// ${'TO'}DO later`, 'work left over'],
    ['packages/core/src/a.test.ts', `test.${'only'}('one', () => {});`, 'left alone'],
    ['packages/core/src/a.test.ts', `  test.${'skip'}If(windows)('one', () => {});`, 'does not always run'],
    ['packages/core/src/a.ts', `process.${'stdout'}.write('x');`, 'only the CLI prints'],
    ['packages/core/src/a.ts', `export ${'default'} 1;`, 'default export'],
    ['docs/walk.md', `cd /${'home'}/ann/shop`, 'a path of one machine'],
    ['docs/walk.md', `https://${'registry'}.npmjs.org/x`, 'a registry by name'],
  ])('%s with %j', (file, text, message) => {
    expect(showFindings(textFindings(file, text))).toEqual([expect.stringContaining(message)]);
  });

  test('a file that has grown too long', () => {
    expect(showFindings(textFindings('packages/core/src/a.ts', '//\n'.repeat(401)))).toEqual([
      'packages/core/src/a.ts:401: 401 lines, more than 400: more than one thing lives here',
    ]);
  });

  test('nothing where the rule does not hold', () => {
    expect(textFindings('packages/cli/src/main.ts', 'process.exitCode = 2;')).toEqual([]);
    expect(textFindings('vitest.config.ts', "export { default } from './vitest.shared.ts';")).toEqual([]);
    expect(textFindings('e2e/src/a.test.ts', "test.skipIf(noMaven)('one', () => {});")).toEqual([]);
  });
});
