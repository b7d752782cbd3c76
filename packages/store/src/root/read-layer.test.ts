import { gzipSync } from 'node:zlib';
import { type Bytes, bytesOf, collect, digestOf } from '@block-pack/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  directory,
  type FakeEntry,
  fakeLayer,
  fakeTar,
  file,
  gnuLong,
  hardLink,
  pax,
  paxRecord,
  symlink,
  tarHeader,
  tarMember,
  withChecksum,
} from '../testing/fake-layer.ts';
import { layerEntries, readLayer } from './read-layer.ts';

const gzip = 'application/vnd.oci.image.layer.v1.tar+gzip';
const plain = 'application/vnd.oci.image.layer.v1.tar';

const read = (...entries: readonly FakeEntry[]) =>
  readLayer(bytesOf(fakeLayer(...entries)), gzip, 'sha256:x');
const readTar = (tar: Uint8Array) => readLayer(bytesOf(tar), plain, 'sha256:x');
const paths = async (...entries: readonly FakeEntry[]) =>
  (await read(...entries)).entries.map(({ kind, path }) => `${kind} ${path}`);

describe('the listing of a layer', () => {
  it('says what the layer holds, with owners, modes and times', async () => {
    const { entries } = await read(
      directory('app/', { mode: 0o1777, uid: 7, gid: 8, mtime: 1700000000 }),
      file('app/run', 'hello', { mode: 0o4755, uid: 1000, gid: 1001, mtime: 3 }),
      symlink('app/link', '/anywhere/../at all'),
      hardLink('app/again', './app/run'),
      { path: 'dev/null', type: '3' },
      { path: 'run/pipe', type: '6' },
    );
    const plainOnes = { uid: 0, gid: 0, mtime: 0, xattrs: [] };
    expect(entries).toEqual([
      { kind: 'directory', path: '/app', mode: 0o1777, uid: 7, gid: 8, mtime: 1700000000, xattrs: [] },
      { kind: 'file', path: '/app/run', mode: 0o4755, uid: 1000, gid: 1001, mtime: 3, xattrs: [], size: 5 },
      { kind: 'symlink', path: '/app/link', mode: 0o777, ...plainOnes, target: '/anywhere/../at all' },
      { kind: 'hardlink', path: '/app/again', target: '/app/run' },
      { kind: 'device', path: '/dev/null', mode: 0o644, ...plainOnes },
      { kind: 'fifo', path: '/run/pipe', mode: 0o644, ...plainOnes },
    ]);
  });

  it('measures blob and tar in the same pass', async () => {
    const tar = fakeTar(file('a', 'content'));
    const blob = gzipSync(tar);
    const listing = await readLayer(bytesOf(blob), gzip, 'x');
    expect(listing).toMatchObject({
      digest: digestOf(blob),
      size: blob.length,
      diffId: digestOf(tar),
      unpackedSize: tar.length,
    });
  });

  it('tells whiteouts from files, and passes over what AUFS left', async () => {
    expect(
      await paths(
        file('etc/.wh.passwd'),
        file('var/.wh..wh..opq'),
        file('.wh..wh..opq'),
        directory('.wh..wh.plnk'),
        file('.wh..wh.plnk/163.2'),
        file('.wh..wh.aufs'),
        file('usr/.whatever'),
      ),
    ).toEqual(['whiteout /etc/passwd', 'opaque /var', 'opaque /', 'file /usr/.whatever']);
  });

  it('passes every file with its content, and passes over what nobody reads', async () => {
    const seen: string[] = [];
    const tar = fakeTar(file('a', 'first'), directory('d'), file('b', 'x'.repeat(1000)), file('c', 'third'));
    for await (const { entry, index, content } of layerEntries(bytesOf(tar), 'x', {})) {
      if (entry.kind !== 'file' || entry.path === '/b') continue;
      seen.push(
        `${index} ${entry.path} ${new TextDecoder().decode(await collect(content, 100, entry.path))}`,
      );
    }
    expect(seen).toEqual(['0 /a first', '3 /c third']);
  });

  it('is the same whatever the pieces that the bytes come in', async () => {
    const tar = fakeTar(
      file('a', 'x'.repeat(700)),
      gnuLong(`long/${'ü'.repeat(100)}`),
      file('short'),
      symlink('l', 'a'),
    );
    const whole = await readTar(tar);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1 }), async (lengths) => {
        expect(await readLayer(inPieces(tar, lengths), plain, 'x')).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });
});

async function* inPieces(bytes: Uint8Array, lengths: readonly number[]): Bytes {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length] ?? 1;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

describe('the dialects of tar', () => {
  const long = `${'directory/'.repeat(20)}${'n'.repeat(120)}`;

  it('are read alike: long names in GNU, pax and ustar', async () => {
    expect(
      await paths(
        gnuLong(long),
        file(long.slice(0, 100)),
        pax({ path: `${long}ü` }),
        file('short'),
        file('name', '', { prefix: 'pre/fix' }),
        file('name', '', { prefix: 'no/prefix', magic: 'ustar  \0' }),
        file('v7', '', { magic: '' }),
      ),
    ).toEqual([`file /${long}`, `file /${long}ü`, 'file /pre/fix/name', 'file /name', 'file /v7']);
  });

  it('say long targets of links', async () => {
    const { entries } = await read(
      gnuLong(long, 'K'),
      symlink('a', 'b'),
      pax({ linkpath: `/${long}` }),
      symlink('c', 'd'),
    );
    expect(entries).toMatchObject([{ target: long }, { target: `/${long}` }]);
  });

  it('say numbers in octal, in binary and in pax', async () => {
    const { entries } = await read(
      file('a', '', { uid: 3_000_000, gid: 4_000_000_000, mtime: -5 }),
      pax({ uid: '2000000000', gid: '5', mtime: '1700000000.25', size: '3' }),
      file('b', 'abc', { size: 0 }),
    );
    expect(entries).toMatchObject([
      { uid: 3_000_000, gid: 4_000_000_000, mtime: -5 },
      { uid: 2_000_000_000, gid: 5, mtime: 1_700_000_000.25, size: 3 },
    ]);
  });

  it('say extended attributes, of which the names are told', async () => {
    const capability = {
      'SCHILY.xattr.security.capability': '\u0001\0',
      'LIBARCHIVE.xattr.user.note': 'eA==',
    };
    const { entries } = await read(pax(capability), file('ping'), file('plain'));
    expect(entries).toMatchObject([{ xattrs: ['security.capability', 'user.note'] }, { xattrs: [] }]);
  });

  it('may have global headers, which no runtime heeds', async () => {
    expect(await paths(pax({ path: 'evil', comment: 'x' }, 'g'), file('a'))).toEqual(['file /a']);
  });

  it('tell a directory of old by its slash, and a later record from an earlier one', async () => {
    const twice = paxRecord('path', 'one') + paxRecord('path', 'two');
    expect(
      await paths(
        { path: 'old/', type: '\0', magic: '' },
        { path: 'p', type: 'x', content: twice },
        file('x'),
        pax({ path: '' }),
        file('kept'),
      ),
    ).toEqual(['directory /old', 'file /two', 'file /kept']);
  });

  it('may end without their zeros, or with more of them', async () => {
    const member = tarMember(file('a', 'b'));
    for (const tar of [
      member,
      Buffer.concat([member, Buffer.alloc(512)]),
      Buffer.concat([member, Buffer.alloc(10240)]),
    ]) {
      expect((await readTar(tar)).entries).toHaveLength(1);
    }
    expect((await readTar(Buffer.alloc(1024))).entries).toEqual([]);
  });

  it('may say a checksum of signed bytes', async () => {
    const header = tarHeader(file('ü'));
    const signed = Buffer.from(withChecksum(header));
    let sum = 8 * 0x20;
    for (const [at, byte] of signed.entries()) if (at < 148 || at >= 156) sum += (byte << 24) >> 24;
    signed.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    expect((await readTar(signed)).entries).toMatchObject([{ path: '/ü' }]);
  });

  it('are written with ./ and / and slashes in a row, which all mean the same', async () => {
    expect(await paths(directory('./'), file('./a'), file('/b'), file('c//.//d'), directory('e///'))).toEqual(
      ['directory /', 'file /a', 'file /b', 'file /c/d', 'directory /e'],
    );
  });
});

describe('a hostile layer', () => {
  const invalid = 'ARCHIVE_INVALID';

  it.each<[string, string, readonly FakeEntry[]]>([
    ['a path that climbs out', invalid, [file('../etc/passwd')]],
    ['a path that climbs within', invalid, [file('a/../b')]],
    ['a hard link that climbs out', invalid, [hardLink('a', '../../etc/shadow')]],
    ['a path with a NUL', invalid, [pax({ path: 'a\0b' }), file('x')]],
    ['a name longer than a file system takes', invalid, [pax({ path: 'n'.repeat(256) }), file('x')]],
    ['a path longer than a kernel takes', invalid, [pax({ path: 'nn/'.repeat(1400) }), directory('x')]],
    ['a link to nowhere at all', invalid, [symlink('a', '')]],
    ['a link with an endless target', invalid, [gnuLong('t'.repeat(4096), 'K'), symlink('a', '')]],
    ['a root that is a link', invalid, [symlink('./', '/etc')]],
    ['a root that is a file', invalid, [file('.', 'x')]],
    ['a whiteout of nothing', invalid, [file('a/.wh.')]],
    ['a whiteout that climbs', invalid, [file('a/.wh...')]],
    ['an unknown kind of entry', invalid, [{ path: 'x', type: 'V' }]],
    ['an owner that is none', invalid, [file('x', '', { uid: 2 ** 32 })]],
    ['an owner that means "leave as it is"', invalid, [file('x', '', { uid: 2 ** 32 - 1 })]],
    ['a negative size', invalid, [file('x', '', { size: -1 })]],
    ['a size that no number holds', invalid, [file('x', '', { size: 2 ** 60 })]],
    ['a broken pax header', invalid, [{ path: 'p', type: 'x', content: '99 path=a\n' }, file('x')]],
    ['a pax number that is none', invalid, [pax({ size: '0x10' }), file('x')]],
    ['a pax header of many megabytes', invalid, [{ path: 'p', type: 'x', size: 2 << 20 }]],
    ['an extended header that belongs to nothing', invalid, [pax({ path: 'a' })]],
    ['a sparse file of GNU', 'INPUT_UNSUPPORTED', [{ path: 'x', type: 'S' }]],
    ['a sparse file of pax', 'INPUT_UNSUPPORTED', [pax({ 'GNU.sparse.major': '1' }), file('x')]],
    ['a name that is not UTF-8', 'NAME_UNSUPPORTED', [{ path: Buffer.from([0x61, 0xff]) }]],
  ])('is refused for %s', async (_, code, entries) => {
    await expect(read(...entries)).rejects.toMatchObject({
      code,
      message: expect.stringContaining('sha256:x'),
    });
  });

  it('is refused when it ends too early, wherever it is cut', async () => {
    const tar = tarMember(file('a', 'x'.repeat(600)));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: tar.length - 1 }), async (length) => {
        const cut = readTar(tar.subarray(0, length));
        await expect(cut).rejects.toMatchObject({
          code: invalid,
          message: expect.stringContaining('too early'),
        });
      }),
      { numRuns: 50 },
    );
  });

  it('is refused for zeros amid its tar, behind which runtimes would see nothing', async () => {
    const tar = Buffer.concat([tarMember(file('a')), Buffer.alloc(512), tarMember(file('b'))]);
    await expect(readTar(tar)).rejects.toMatchObject({ code: invalid });
  });

  it('ends in a plain refusal for any damage', async () => {
    const tar = fakeTar(pax({ path: 'p' }), file('a', 'content'), gnuLong('x'), directory('d'));
    await fc.assert(
      fc.asyncProperty(fc.nat(tar.length - 1), fc.integer({ min: 0, max: 255 }), async (at, byte) => {
        const damaged = Buffer.from(tar);
        damaged[at] = byte;
        await readTar(damaged).catch((error) => expect(error).toMatchObject({ name: 'BlockPackError' }));
      }),
      { numRuns: 500 },
    );
  });

  it('is refused when it has more entries than a limit, or names without end', async () => {
    const layer = fakeLayer(file('a'), file('b'), file('c'));
    await expect(readLayer(bytesOf(layer), gzip, 'x', { entryLimit: 2 })).rejects.toMatchObject({
      code: 'ARCHIVE_BOMB',
    });
    expect((await readLayer(bytesOf(layer), gzip, 'x', { entryLimit: 3 })).entries).toHaveLength(3);
  });

  it('is refused as soon as it has grown beyond measure', async () => {
    const size = 120 << 20;
    const bomb = gzipSync(Buffer.concat([tarHeader(file('zeros', '', { size })), Buffer.alloc(size)]));
    await expect(readLayer(bytesOf(bomb), gzip, 'x')).rejects.toMatchObject({ code: 'ARCHIVE_BOMB' });
  });
});

describe('the compression of a layer', () => {
  const tar = fakeTar(file('a', 'b'));
  const [first, second] = [gzipSync(tar.subarray(0, 700)), gzipSync(tar.subarray(700))];

  it('may be of several members, as ours are, or none', async () => {
    expect((await readLayer(bytesOf(first, second), gzip, 'x')).diffId).toBe(digestOf(tar));
    expect((await readLayer(bytesOf(tar), plain, 'x')).diffId).toBe(digestOf(tar));
    const docker = 'application/vnd.docker.image.rootfs.diff.tar.gzip';
    expect((await readLayer(bytesOf(gzipSync(tar)), docker, 'x')).diffId).toBe(digestOf(tar));
  });

  it.each<[string, readonly Uint8Array[]]>([
    ['zeros behind it', [gzipSync(tar), Buffer.alloc(8)]],
    ['a member hidden behind zeros', [first, Buffer.alloc(8), second]],
    ['words behind it', [gzipSync(tar), Buffer.from('some more words')]],
    ['a single byte behind it', [gzipSync(tar), Buffer.from([1])]],
    ['an early end', [gzipSync(tar).subarray(0, -4)]],
    ['nothing in it', []],
    ['no gzip in it', [tar]],
  ])('is refused with %s', async (_, blob) => {
    await expect(readLayer(bytesOf(...blob), gzip, 'x')).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' });
  });

  it.each([
    'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
    'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
    'application/vnd.oci.image.layer.v1.tar+xz',
    'text/plain',
  ])('is refused for %s', async (mediaType) => {
    await expect(readLayer(bytesOf(tar), mediaType, 'x')).rejects.toMatchObject({
      code: 'INPUT_UNSUPPORTED',
    });
  });

  it('may be zstd where Node has it; elsewhere the way out is told', async () => {
    const zstd = `${plain}+zstd`;
    // `zstd` of 11 bytes that are no tar: what matters is how far it comes.
    const frame = Buffer.from('28b52ffd200b59000068656c6c6f20776f726c64', 'hex');
    const refusal = await readLayer(bytesOf(frame), zstd, 'x').catch((error: unknown) => error);
    const canRead = 'createZstdDecompress' in (await import('node:zlib'));
    expect(refusal).toMatchObject(
      canRead
        ? { code: 'ARCHIVE_INVALID', message: expect.stringContaining('too early') }
        : { code: 'INPUT_UNSUPPORTED', hint: expect.stringContaining('skopeo') },
    );
  });

  it('leaves the reading of the blob when it is interrupted', async () => {
    let closed = false;
    async function* blob(): Bytes {
      try {
        yield fakeLayer(file('a'), file('b'));
      } finally {
        closed = true;
      }
    }
    const signal = AbortSignal.abort();
    await expect(readLayer(blob(), gzip, 'x', { signal })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(closed).toBe(true);
  });
});
