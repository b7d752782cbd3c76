import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { expect } from 'vitest';
import type { Workplace } from './workplace.ts';

/** Changes one bit of the block that `java.import` has for a file. @returns the hex digits of its digest */
export function damageBlobOf(work: Workplace, file: string): string {
  const line = work
    .read('java.import')
    .split('\n')
    .find((text) => text.includes(`/${file} from `))
    ?.match(/sha256:([0-9a-f]{64})/);
  const hex = line?.[1] ?? '';
  const blob = `store/blobs/sha256/${hex}`;
  const bytes = readFileSync(work.path(blob));
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  chmodSync(work.path(blob), 0o644);
  work.write(blob, bytes);
  return hex;
}

/** Same names, same bytes, same executables. */
export function expectSameFiles(work: Workplace, a: string, b: string): void {
  expect(readdirSync(work.path(b)).sort()).toEqual(readdirSync(work.path(a)).sort());
  for (const name of readdirSync(work.path(a))) {
    expect(readFileSync(work.path(b, name)).equals(readFileSync(work.path(a, name))), name).toBe(true);
    expect(statSync(work.path(b, name)).mode & 0o100, name).toBe(statSync(work.path(a, name)).mode & 0o100);
  }
}
