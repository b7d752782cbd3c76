import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { collect, randomAccessOf } from './bytes.ts';
import { type FakeZipEntry, fakeZip } from './testing/zip-fixture.ts';
import { readZip, readZipBelow, readZipEntry } from './zip.ts';

describe('A zip archive', () => {
  it('lists what each entry says of itself', async () => {
    const archive = await open(
      fakeZip(
        [
          { path: 'META-INF/' },
          { path: 'bin/run', content: 'aaaaaaaaaaaaaaaaaaaa', method: 'deflated', executable: true },
          { path: 'link', content: 'bin/run', symlink: true },
        ],
        { comment: 'made for a test' },
      ),
    );
    expect(archive).toMatchObject({ name: 'a.jar', prefixLength: 0, comment: 'made for a test', flaws: [] });
    expect(archive.entries).toMatchObject([
      { path: 'META-INF', isDirectory: true, executable: false },
      { path: 'bin/run', isDirectory: false, method: 'deflated', size: 20, executable: true },
      { path: 'link', symlink: true, method: 'stored', size: 7, compressedSize: 7 },
    ]);
  });

  it('may be empty', async () => {
    expect(await open(fakeZip({}))).toMatchObject({ entries: [], flaws: [] });
  });

  it.each(['file', 'zip'] as const)(
    'may follow a launch script, with offsets from the %s',
    async (offsetsFrom) => {
      const prefix = '#!/bin/sh\nexec java -jar "$0"\n';
      for (const zip64 of [false, true]) {
        const archive = await open(fakeZip({ a: 'one', b: 'two' }, { prefix, offsetsFrom, zip64 }));
        expect(archive.prefixLength).toBe(prefix.length);
        expect(archive.entries[0]?.headerOffset).toBe(prefix.length);
      }
    },
  );

  it('may be zip64', async () => {
    const archive = await open(fakeZip({ a: 'one', b: 'two' }, { zip64: true, comment: 'wide' }));
    expect(archive.entries).toMatchObject([
      { path: 'a', size: 3, headerOffset: 0 },
      { path: 'b', size: 3 },
    ]);
  });

  it('may have a comment of 65,535 bytes that speaks of end records', async () => {
    const comment = `PK\x05\x06${'x'.repeat(65_527)}PK\x05\x06`;
    expect((await open(fakeZip({ a: 'one' }, { comment }))).comment).toBe(comment);
  });

  it.each([false, true])('may hold more than 65,535 entries (zip64: %s)', async (zip64) => {
    const entries = Array.from({ length: 65_537 }, (_, i): FakeZipEntry => ({ path: `${i}` }));
    expect((await open(fakeZip(entries, { zip64 }))).entries).toHaveLength(65_537);
  });

  it('is read from its end alone', async () => {
    const zip = fakeZip([{ path: 'big', content: new Uint8Array(1 << 20) }]);
    const offsets: number[] = [];
    const access = randomAccessOf(zip);
    const source = {
      size: access.size,
      read(offset: number, length: number) {
        offsets.push(offset);
        return access.read(offset, length);
      },
    };
    await readZip(source, 'big.zip');
    expect(offsets).toEqual([zip.length - (16 << 10)]);
  });
});

describe('The name of an entry', () => {
  const latin = new Uint8Array([0x81, 0x62]);

  it('is UTF-8 where the archive says so or the bytes are', async () => {
    expect(await onlyEntry({ path: 'größe' })).toEqual({ path: 'größe', flaws: [] });
    const unsaid = { local: { flags: 0 }, central: { flags: 0 } };
    expect(await onlyEntry({ path: 'plain', ...unsaid })).toEqual({ path: 'plain', flaws: [] });
    expect(await onlyEntry({ path: 'größe', ...unsaid })).toMatchObject({
      path: 'größe',
      flaws: [{ kind: 'name-guessed' }],
    });
  });

  it('is code page 437 where it is no UTF-8', async () => {
    expect(await onlyEntry({ path: 'x', central: { name: latin, flags: 0 } })).toEqual({
      path: 'üb',
      flaws: [
        {
          kind: 'name-guessed',
          path: 'üb',
          message: 'entry "üb" does not say in which character set its name is written',
        },
      ],
    });
  });

  it('is the one that Info-ZIP adds as UTF-8, when it belongs to the name', async () => {
    const extra = unicodePath(0xaf8b44ec, 'ob');
    const wrong = await onlyEntry({ path: 'x', central: { name: latin, flags: 0, extra } });
    expect(wrong.path).toBe('üb');
  });
});

function unicodePath(crc: number, name: string): Uint8Array {
  const text = Buffer.from(name);
  const field = Buffer.alloc(9);
  field.writeUInt16LE(0x7075, 0);
  field.writeUInt16LE(5 + text.length, 2);
  field.writeUInt8(1, 4);
  field.writeUInt32LE(crc, 5);
  return Buffer.concat([field, text]);
}

describe('A file that is no whole zip archive', () => {
  it.each([
    ['nothing', '', 'x.jar is not a zip archive: it is empty'],
    [
      'a web page',
      '<html><body>Please log in',
      'x.jar is not a zip archive: it begins with "<html><body>Please log i"',
    ],
    [
      'a Git LFS pointer',
      'version https://git-lfs.github.com/spec/v1\n',
      'x.jar is not a zip archive: it is a Git LFS pointer',
    ],
    ['a class file', '\xca\xfe\xba\xbe\0\0\0\x34', 'x.jar is not a zip archive: it is a class file'],
    ['gzip data', '\x1f\x8b\x08\0', 'x.jar is not a zip archive: it is gzip data'],
    ['other bytes', '\x01\x02\xff', 'x.jar is not a zip archive: it begins with the bytes 0102ff'],
  ])('%s is named', async (_, content, message) => {
    await refused(Buffer.from(content, 'latin1'), message);
  });

  it('says that a web page has probably answered a download', async () => {
    const error = readZip(randomAccessOf(Buffer.from('<!DOCTYPE html>')), 'x.jar');
    await expect(error).rejects.toMatchObject({ hint: expect.stringContaining('web page') });
  });

  it.each([
    ['six-1.17.0-py3-none-any.whl', 'Expected a zip archive, as a .whl file is one.'],
    ['shop', 'Expected a zip archive.'],
  ])('says what is expected of %s', async (name, hint) => {
    await expect(readZip(randomAccessOf(Buffer.from('no')), name)).rejects.toMatchObject({ hint });
    await expect(readZip(randomAccessOf(Buffer.from('\x7fELF')), name)).rejects.toMatchObject({ hint });
  });

  it('says where it is cut off', async () => {
    const whole = fakeZip({ a: 'x'.repeat(500) });
    await refused(
      whole.subarray(0, 400),
      'x.jar is cut off after 400 bytes: it begins as a zip archive but has no whole end record',
    );
  });

  it('is not taken for the archive inside it that came through whole', async () => {
    const whole = fakeZip({ 'lib/inner.jar': fakeZip({ a: 'one' }), 'lib/other.jar': 'x'.repeat(500) });
    await refused(whole.subarray(0, 300), /^x\.jar is cut off after 300 bytes/);
  });

  it('may lack its front', async () => {
    const whole = fakeZip({ a: 'x'.repeat(500) });
    await refused(whole.subarray(200), /^x\.jar is damaged: its central directory should end at byte/);
  });

  it('may be one part of several', async () => {
    await refused(fakeZip({ a: 'one' }, { end: { disk: 1 } }), 'x.jar is one part of a split archive');
  });

  it.each([
    ['count', { count: 3 }, 'x.jar has 2 entries where its end record says 3'],
    ['size', { size: 50 }, /^x\.jar is damaged: there is no central directory before its end record/],
    ['offset', { offset: 9999 }, /^x\.jar is damaged: its central directory should end at byte/],
  ])('may lie about the %s of its central directory', async (_, end, message) => {
    await refused(fakeZip({ a: 'one', b: 'two' }, { end }), message);
  });

  it('may have two end records that contradict each other', async () => {
    const zip = Buffer.from(fakeZip({ a: 'one' }, { zip64: true }));
    zip.writeUInt16LE(7, zip.length - 12);
    zip.writeUInt16LE(7, zip.length - 14);
    await refused(zip, 'x.jar is damaged: its two end records contradict each other');
  });

  it('may have a damaged central directory', async () => {
    const zip = Buffer.from(fakeZip({ a: 'one', b: 'two' }));
    zip[zip.lastIndexOf('PK\x01\x02')] = 0;
    await refused(zip, /^x\.jar has a damaged central directory header at byte \d+, after entry "a"$/);
  });

  async function refused(content: Uint8Array, message: string | RegExp): Promise<void> {
    const error = readZip(randomAccessOf(content), 'x.jar');
    await expect(error).rejects.toMatchObject({ code: 'ARCHIVE_INVALID', hint: expect.any(String) });
    await expect(error).rejects.toThrow(message);
  }
});

describe('What the central directory shows to be odd', () => {
  it.each<[string, readonly FakeZipEntry[], string, string]>([
    ['a duplicate', [{ path: 'a' }, { path: 'a' }], 'duplicate', 'entry "a" stands twice'],
    [
      'a file that is a directory too',
      [{ path: 'a' }, { path: 'a/' }],
      'duplicate',
      'entry "a" stands twice',
    ],
    [
      'an entry below a file',
      [{ path: 'a/b/c' }, { path: 'a' }],
      'parent-is-no-directory',
      'entry "a/b/c" lies below "a", which is no directory',
    ],
    [
      'an entry below a link',
      [{ path: 'a', content: '..', symlink: true }, { path: 'a/b' }],
      'parent-is-no-directory',
      'entry "a/b" lies below "a", which is no directory',
    ],
    ['no name', [{ path: '' }], 'name-unsafe', 'entry "" has an empty name'],
    [
      'an absolute path',
      [{ path: '/etc/passwd' }],
      'name-unsafe',
      'entry "/etc/passwd" has an absolute path',
    ],
    ['a NUL', [{ path: 'a\0b' }], 'name-unsafe', 'entry "a\\u0000b" has a NUL in its path'],
    [
      'a long name',
      [{ path: 'a'.repeat(256) }],
      'name-unsafe',
      'has a longer path or name than a file system takes',
    ],
    ['..', [{ path: 'a/../../b' }], 'name-unsafe', 'entry "a/../../b" has ".." in its path'],
    ['an empty part', [{ path: 'a//b' }], 'name-unsafe', 'entry "a//b" has an empty name in its path'],
    ['a backslash', [{ path: 'a\\b' }], 'name-unsafe', 'entry "a\\\\b" has a backslash in its path'],
    [
      'a device',
      [{ path: 'a', mode: 0o020644 }],
      'type-unclear',
      'entry "a" has the mode of a character device and the name of a file',
    ],
    [
      'a directory with content',
      [{ path: 'a/', content: 'x' }],
      'type-unclear',
      'entry "a" is a directory and has content',
    ],
    [
      'a method of its own',
      [{ path: 'a', central: { method: 14 } }],
      'method-unknown',
      'entry "a" is compressed by method 14; expected 0 (stored) or 8 (deflated)',
    ],
    [
      'two sizes of a stored entry',
      [{ path: 'a', central: { size: 5 } }],
      'size-mismatch',
      'entry "a" is stored as it is, yet of 5 and of 0 bytes',
    ],
    [
      'an entry beyond the end',
      [{ path: 'a', central: { headerOffset: 4000 } }],
      'outside',
      'entry "a" should lie at byte 4000 with 0 bytes, but entries end at byte 31',
    ],
  ])('%s', async (_, entries, kind, message) => {
    const { flaws } = await open(fakeZip(entries));
    expect(flaws).toMatchObject([{ kind, message: expect.stringContaining(message) }]);
  });

  it('two names for one entry', async () => {
    const extra = unicodePath(0xe8b7be43, 'b');
    expect((await onlyEntry({ path: 'a', central: { extra } })).flaws).toMatchObject([
      { kind: 'name-unsafe', message: 'entry "a" is called "b" in an extra field' },
    ]);
  });

  it('bytes after the archive', async () => {
    const { flaws } = await open(fakeZip({ a: 'one' }, { trailing: 'junk' }));
    expect(flaws).toEqual([{ kind: 'trailing-data', message: '4 bytes follow its end' }]);
  });

  it('is reported a few times, not a million', async () => {
    const entries = Array.from({ length: 100 }, (): FakeZipEntry => ({ path: 'a' }));
    expect((await open(fakeZip([...entries, { path: 'b\\c' }]))).flaws).toHaveLength(11);
  });

  it('does not count directories that the jar tool deflated, or modes that are all ones', async () => {
    const entries: FakeZipEntry[] = [
      { path: 'a/', method: 'deflated', packed: deflateRawSync('') },
      { path: 'b/', mode: 0xffff },
    ];
    expect((await open(fakeZip(entries))).flaws).toEqual([]);
  });
});

async function open(zip: Uint8Array) {
  return await readZip(randomAccessOf(zip), 'a.jar');
}

async function onlyEntry(entry: FakeZipEntry) {
  const { entries, flaws } = await open(fakeZip([entry]));
  return { path: entries[0]?.path, flaws };
}

describe('Looking for a few entries', () => {
  it('gives those below a folder, and counts the others', async () => {
    const zip = fakeZip({
      'META-INF/a': '1',
      'META-INF/maven/b': '2',
      'META-INFO': '3',
      'c/META-INF/d': '4',
    });
    const found = await readZipBelow(randomAccessOf(zip), 'x.jar', 'META-INF/');
    expect(found.entries.map((entry) => entry.path)).toEqual(['META-INF/a', 'META-INF/maven/b']);
    const [entry] = found.entries;
    if (entry === undefined) throw new Error('nothing was found');
    expect(await collect(readZipEntry(randomAccessOf(zip), found, entry), 10, 'a')).toEqual(
      new Uint8Array([0x31]),
    );
  });

  it('refuses what the whole table of contents would be refused for', async () => {
    const zip = fakeZip({ a: '1', b: '2' }, { end: { count: 3 } });
    await expect(readZipBelow(randomAccessOf(zip), 'x.jar', 'META-INF/')).rejects.toMatchObject({
      code: 'ARCHIVE_INVALID',
    });
    await expect(readZipBelow(randomAccessOf(zip.subarray(0, 60)), 'x.jar', 'c')).rejects.toMatchObject({
      code: 'ARCHIVE_INVALID',
    });
  });
});
