import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { temporaryFolder } from './processes.ts';

/** Makes a new folder at every call, for each test of a file; all of them are removed behind the last. */
export function foldersForTests(): () => string {
  const folder = temporaryFolder();
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let count = 0;
  return () => {
    const made = join(folder, String(count++));
    mkdirSync(made);
    return made;
  };
}
