import { expect, test } from 'vitest';
import { root, run } from './workspace.ts';

test('the examples in the docs are what reports of real applications say today', () => {
  const { stdout, stderr, exitCode } = run(process.execPath, ['tools/bin/examples.mjs', '--check'], {
    cwd: root,
  });
  expect(stdout).toBe('');
  expect(exitCode, stderr).toBe(0);
});
