import { describe, expect, it } from 'vitest';
import { collect, randomAccessOf } from './bytes.ts';
import { type FakeZipEntry, type FakeZipOptions, fakeZip } from './testing/zip-fixture.ts';
import type { FileEntry } from './tree.ts';
import { zipDirectory } from './zip.ts';

describe('An archive as a directory', () => {
  it('holds files, links and empty directories, sorted bytewise', async () => {
    const entries = await unpack([
      { path: 'b/', content: '' },
      { path: 'b/run.sh', content: '#!/bin/sh\n', executable: true, method: 'deflated' },
      { path: 'empty/' },
      { path: 'a', content: 'b/run.sh', symlink: true },
    ]);
    expect(entries).toEqual([
      { kind: 'symlink', path: 'a', target: 'b/run.sh' },
      { kind: 'file', path: 'b/run.sh', executable: true, content: '#!/bin/sh\n' },
      { kind: 'directory', path: 'empty' },
    ]);
  });

  it('is the archive, and gives its entries stamps when it has one', async () => {
    const bytes = fakeZip({ 'a b': 'one' });
    const file = archiveFile(bytes, 'inode 7');
    const directory = await zipDirectory(randomAccessOf(bytes), file, 'app.zip');
    expect(directory).toMatchObject({ name: 'app.zip', archive: file });
    expect(await directory.entries()).toMatchObject([{ path: 'a b', stamp: '["inode 7","a b"]' }]);
    const plain = await zipDirectory(randomAccessOf(bytes), archiveFile(bytes), 'app.zip');
    expect((await plain.entries())[0]).not.toHaveProperty('stamp');
  });

  it('takes names as they are', async () => {
    const paths = [
      '\n',
      ' ',
      '"',
      "'",
      '$HOME',
      '__proto__',
      'constructor',
      '\u{1f4e6}',
      '\uffee',
      'a'.repeat(255),
    ];
    const entries = await unpack(paths.map((path) => ({ path, content: path })));
    expect(entries).toHaveLength(paths.length);
    expect(entries).toEqual(
      expect.arrayContaining(paths.map((path) => expect.objectContaining({ path, content: path }))),
    );
  });

  it('bears names in an unsaid character set', async () => {
    const name = new Uint8Array([0x81]);
    const entry = { path: 'x', local: { name, flags: 0 }, central: { name, flags: 0 } };
    expect(await unpack([entry])).toMatchObject([{ path: 'ü' }]);
  });
});

describe('An archive that cannot be taken apart', () => {
  it.each<[string, readonly FakeZipEntry[], string]>([
    ['names that lead out', [{ path: '../a' }], 'entry "../a" has ".." in its path'],
    ['duplicates', [{ path: 'a' }, { path: 'a' }], 'entry "a" stands twice'],
    [
      'overlapping entries',
      [{ path: 'a' }, { path: 'b', central: { headerOffset: 0 } }],
      'entry "b" overlaps entry "a"',
    ],
    ['lying headers', [{ path: 'a', local: { name: 'b' } }], 'entry "a" is called "b" in its local header'],
    [
      'hidden entries',
      [{ path: 'a' }, { path: 'b', unlisted: true }],
      'an entry at byte 31 is not in the central directory',
    ],
    [
      'unknown methods',
      [{ path: 'a', local: { method: 9 }, central: { method: 9 } }],
      'entry "a" is compressed by method 9; expected 0 (stored) or 8 (deflated)',
    ],
  ])('has %s', async (_, entries, message) => {
    await refused(unpack(entries), 'ARCHIVE_INVALID', `app.zip cannot be taken apart: ${message}`);
  });

  it('is encrypted', async () => {
    const entries = [{ path: 'a' }, { path: 'b', encrypted: true }];
    await refused(unpack(entries), 'ARCHIVE_ENCRYPTED', 'app.zip: entry "b" is encrypted');
  });

  it('has links that lead out', async () => {
    const link = { path: 'a', content: '../../etc/passwd', symlink: true };
    await refused(unpack([link]), 'LINK_ESCAPES', /it leads out/);
  });

  it('has links with endless or unreadable targets', async () => {
    const endless = { path: 'a', content: 'x'.repeat(4096), symlink: true };
    await refused(
      unpack([endless]),
      'ARCHIVE_INVALID',
      'app.zip: entry "a" is a symbolic link with a target of 4096 bytes',
    );
    const unreadable = { path: 'a', content: new Uint8Array([0xff]), symlink: true };
    await refused(
      unpack([unreadable]),
      'ARCHIVE_INVALID',
      'app.zip: entry "a" is a symbolic link whose target is not UTF-8',
    );
  });

  it('would unpack 10 GB from 10 kB', async () => {
    const size = 10 * 2 ** 30;
    const bomb: FakeZipEntry = {
      path: 'zeros',
      method: 'deflated',
      packed: new Uint8Array(10_000),
      local: { size: 2 ** 32 - 1 },
      central: { size },
    };
    await refused(
      unpack([bomb], { zip64: true }),
      'ARCHIVE_BOMB',
      `app.zip would unpack to ${size} bytes from 10232`,
    );
  });

  it('would unpack one content many times', async () => {
    const bombs = Array.from(
      { length: 20_000 },
      (_, i): FakeZipEntry => ({
        path: `${i}`,
        central: { headerOffset: 0, size: 1 << 20, method: 8 },
      }),
    );
    await refused(
      unpack([{ path: 'a', content: 'x' }, ...bombs]),
      'ARCHIVE_BOMB',
      /^app\.zip would unpack to/,
    );
  });

  async function refused(unpacking: Promise<unknown>, code: string, message: string | RegExp): Promise<void> {
    await expect(unpacking).rejects.toMatchObject({ code, hint: expect.any(String) });
    await expect(unpacking).rejects.toThrow(message);
  }
});

async function unpack(entries: readonly FakeZipEntry[], options?: FakeZipOptions): Promise<unknown[]> {
  const bytes = fakeZip(entries, options);
  const directory = await zipDirectory(randomAccessOf(bytes), archiveFile(bytes), 'app.zip');
  const unpacked = [];
  for (const entry of await directory.entries()) {
    if (entry.kind !== 'file') unpacked.push(entry);
    else {
      const { kind, path, executable } = entry;
      const content = Buffer.from(await collect(entry.read(), 1 << 20, path)).toString();
      unpacked.push({ kind, path, executable, content });
    }
  }
  return unpacked;
}

function archiveFile(bytes: Uint8Array, stamp?: string): FileEntry {
  const file = { kind: 'file', path: 'app.zip', size: bytes.length, executable: false } as const;
  return {
    ...file,
    ...(stamp === undefined ? {} : { stamp }),
    read: async function* () {
      yield bytes;
    },
  };
}
