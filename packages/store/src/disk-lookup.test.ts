import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collect } from '@block-pack/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diskLookup } from './disk-lookup.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'block-pack-lookup-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('looking into a directory', () => {
  it('lists names, and says which are directories, links to them included', async () => {
    mkdirSync(join(folder, 'org'));
    writeFileSync(join(folder, 'a.jar'), '');
    symlinkSync('org', join(folder, 'linked'));
    symlinkSync('nowhere', join(folder, 'broken'));
    expect([...(await diskLookup(folder).list(''))].sort()).toEqual(['a.jar', 'broken', 'linked/', 'org/']);
  });

  it('finds nothing where nothing is', async () => {
    writeFileSync(join(folder, 'file'), '');
    const lookup = diskLookup(folder);
    expect(await lookup.list('missing')).toEqual([]);
    expect(await lookup.list('file')).toEqual([]);
    expect(await lookup.open('missing')).toBeUndefined();
    expect(await diskLookup(join(folder, 'none')).list('')).toEqual([]);
  });

  it('gives a file that can be read', async () => {
    mkdirSync(join(folder, 'org'));
    writeFileSync(join(folder, 'org/a.jar'), 'content');
    const file = await diskLookup(folder).open('org/a.jar');
    expect(file).toMatchObject({ path: 'a.jar', size: 7 });
    expect(Buffer.from(await collect(file?.read() ?? (async function* () {})(), 100, 'x')).toString()).toBe(
      'content',
    );
  });
});
