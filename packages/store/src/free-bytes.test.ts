import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freeBytes } from './free-bytes.ts';

test('free bytes are those of the disk that a path would be on', () => {
  expect(freeBytes(tmpdir())).toBeGreaterThan(0);
  expect(freeBytes(join(tmpdir(), 'not', 'there'))).toBeGreaterThan(0);
});

test('a file system without blocks does not tell what is free', () => {
  // Other systems have none that every machine has.
  if (process.platform === 'linux') expect(freeBytes('/proc')).toBeUndefined();
});
