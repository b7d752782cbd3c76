import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf, type FileEntry, type LinkEntry } from '@block-pack/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { copyInput } from './copy-input.ts';
import { surroundings } from './surroundings.ts';

const directory = mkdtempSync(join(tmpdir(), 'block-pack-copy-input-'));
const outside = join(directory, 'outside');
const input = join(directory, 'input');

beforeAll(() => {
  mkdirSync(outside);
  writeFileSync(join(outside, 'file'), 'mine');
  mkdirSync(join(input, 'below'), { recursive: true });
  writeFileSync(join(input, 'below', 'file'), 'theirs');
});
afterAll(() => rmSync(directory, { recursive: true }));

/** A file of the input, which some disk takes for one of another name. */
function file(path: string): FileEntry {
  return { kind: 'file', path, size: 6, executable: false, read: () => bytesOf() };
}

it.each([
  ['a directory', { kind: 'symlink', path: 'below', target: outside }],
  ['a file', { kind: 'symlink', path: 'below/file', target: join(outside, 'file') }],
] as const)('does not write through a link that takes the place of %s', async (_, link: LinkEntry) => {
  const copies = mkdtempSync(join(directory, 'copies-'));
  const original = { path: input, entries: [link, file('below/file')] };
  const refused = copyInput(original, join(copies, 'deeper'), surroundings[0], new AbortController().signal);
  await expect(refused).rejects.toMatchObject({
    code: 'OUTPUT_REFUSED',
    message: expect.stringContaining('it is there already (EEXIST)'),
  });
  expect([readdirSync(outside), readFileSync(join(outside, 'file'), 'utf8')]).toEqual([['file'], 'mine']);
});
