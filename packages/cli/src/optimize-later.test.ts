import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { laterFlag } from './optimize-later.ts';

test('gives this Node a flag that it knows, several times what it takes by itself', () => {
  const [name, value] = laterFlag(process.versions.node)?.split('=') ?? [];
  if (name === undefined) return;
  const options = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  const usual = new RegExp(`default: ${name}=(\\d+)`).exec(options)?.[1];
  expect(Number(value)).toBeGreaterThan(4 * Number(usual));
});

test('leaves alone a Node of which it knows no flag', () => {
  expect(laterFlag('27.0.0')).toBeUndefined();
});
