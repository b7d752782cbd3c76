import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { errnoError, intercept } from './testing/fault.ts';
import { foldersForTests } from './testing/folders.ts';
import { writeFileAtomic } from './write-file-atomic.ts';

const newFolder = foldersForTests();

let place: string;
beforeEach(() => {
  place = newFolder();
});

describe('writing a file at once', () => {
  it('makes it, with the directories above, and replaces it', async () => {
    const path = join(place, 'a/b/x.import');
    await writeFileAtomic(path, 'one\n');
    await writeFileAtomic(path, 'two\n');
    expect(readFileSync(path, 'utf8')).toBe('two\n');
    expect(readdirSync(join(place, 'a/b'))).toEqual(['x.import']);
    expect(statSync(path).mode & 0o777).toBe(0o666 & ~process.umask());
  });

  it('writes under a name of 255 bytes', async () => {
    const path = join(place, 'n'.repeat(255));
    await writeFileAtomic(path, 'x');
    expect(readFileSync(path, 'utf8')).toBe('x');
  });

  it('follows a link instead of replacing it', async () => {
    writeFileSync(join(place, 'real'), 'old');
    symlinkSync('real', join(place, 'link'));
    await writeFileAtomic(join(place, 'link'), 'new');
    expect(readFileSync(join(place, 'real'), 'utf8')).toBe('new');
  });

  it('writes to a device as it is', async () => {
    await writeFileAtomic('/dev/null', 'gone');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('refuses a directory', async () => {
    await expect(writeFileAtomic(place, 'x')).rejects.toMatchObject({ code: 'OUTPUT_REFUSED' });
  });

  it('leaves the old file when the disk is full', async () => {
    const path = join(place, 'x.import');
    writeFileSync(path, 'old');
    chmodSync(path, 0o600);
    const restore = intercept('writeSync', () => {
      throw errnoError('ENOSPC', 'write');
    });
    try {
      await expect(writeFileAtomic(path, 'new')).rejects.toMatchObject({
        code: 'DISK_FULL',
        message: expect.stringContaining(path),
      });
    } finally {
      restore();
    }
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(place)).toEqual(['x.import']);
  });
});
