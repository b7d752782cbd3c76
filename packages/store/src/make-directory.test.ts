import { mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDirectory } from './make-directory.ts';
import { openStore } from './open-store.ts';
import { parsePlace } from './place/place.ts';
import { publishImage } from './place/publish.ts';
import { imageInMemory } from './testing/fake-image.ts';
import { errnoError, intercept } from './testing/fault.ts';
import { temporaryFolder } from './testing/processes.ts';
import { writeFileAtomic } from './write-file-atomic.ts';

let here: string;
beforeEach(() => {
  here = temporaryFolder();
});
afterEach(() => rmSync(here, { recursive: true, force: true }));

describe('making a directory', () => {
  it('makes all that lack above it, and says which is the topmost', () => {
    expect(makeDirectory(join(here, 'a/b/c'))).toBe(join(here, 'a'));
    expect(makeDirectory(join(here, 'a/b/d'))).toBe(join(here, 'a/b/d'));
    expect(readdirSync(join(here, 'a/b'))).toEqual(['c', 'd']);
  });

  it('leaves one that is there as it is, also behind a link', () => {
    mkdirSync(join(here, 'real'));
    symlinkSync('real', join(here, 'link'));
    expect(makeDirectory(here)).toBeUndefined();
    expect(makeDirectory(join(here, 'link'))).toBeUndefined();
    expect(makeDirectory(join(here, 'link/inside'))).toBe(join(here, 'link/inside'));
    expect(readdirSync(join(here, 'real'))).toEqual(['inside']);
  });

  it('is content when another process is faster', () => {
    const restore = intercept('mkdirSync', (args, real) => {
      real(...args);
      return real(...args);
    });
    try {
      expect(makeDirectory(join(here, 'a/b'))).toBeUndefined();
    } finally {
      restore();
    }
    expect(statSync(join(here, 'a/b')).isDirectory()).toBe(true);
  });

  it.each([
    ['file', 'EEXIST'],
    ['file/below/it', 'ENOTDIR'],
    ['dangling', 'EEXIST'],
  ])('fails at %s with %s', (path, code) => {
    writeFileSync(join(here, 'file'), '');
    symlinkSync('nowhere', join(here, 'dangling'));
    expect(() => makeDirectory(join(here, path))).toThrow(expect.objectContaining({ code }));
  });

  it('asks once, not for ever, where a file system says that nothing is there', () => {
    let calls = 0;
    const restore = intercept('mkdirSync', () => {
      calls++;
      throw errnoError('ENOENT', 'mkdir');
    });
    try {
      expect(() => makeDirectory(join(here, 'a/b'))).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    } finally {
      restore();
    }
    expect(calls).toBe(1);
  });
});

/** Linux says of it, though /proc is there, that it does not exist. Where there is no /proc, another place that nothing can be made in. */
const nowhere = process.platform === 'linux' ? '/proc/block-pack' : '/dev/null/block-pack';

describe('an output where nothing can be made', () => {
  const refused = { code: 'OUTPUT_REFUSED', message: expect.stringContaining(nowhere) };

  it.each([`oci:${nowhere}/out`, `oci-archive:${nowhere}/out.tar`])('is refused: %s', async (place) => {
    const { blobs, root } = await imageInMemory('one');
    await expect(publishImage(parsePlace(place, here), { root }, blobs)).rejects.toMatchObject(refused);
  });

  it('is refused for a file and a store as well', async () => {
    await expect(writeFileAtomic(`${nowhere}/x.import`, '')).rejects.toMatchObject(refused);
    const store = openStore(nowhere, { create: true });
    await expect(store).rejects.toMatchObject({ ...refused, code: 'STORE_UNUSABLE' });
  });
});
