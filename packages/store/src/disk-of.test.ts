import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diskOf } from './disk-of.ts';

test('a disk is that which a path is on or would be, and tells what is free', () => {
  const disk = diskOf(tmpdir());
  expect(disk?.free).toBeGreaterThan(0);
  expect(diskOf(join(tmpdir(), 'not', 'there'))?.device).toBe(disk?.device);
});

test('a file system without blocks does not tell what is free', () => {
  // Other systems have none that every machine has.
  if (process.platform === 'linux') expect(diskOf('/proc')).toBeUndefined();
});
