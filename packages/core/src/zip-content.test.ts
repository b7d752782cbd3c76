import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { collect, type RandomAccess, randomAccessOf } from './bytes.ts';
import { type FakeZipEntry, type FakeZipOptions, fakeZip } from './testing/zip-fixture.ts';
import { type ReadZipEntryOptions, readZip, readZipEntry, zipSlice } from './zip.ts';

const big = Buffer.from(Array.from({ length: 1 << 19 }, (_, i) => `${i % 999},`).join(''));

describe('The content of an entry', () => {
  it.each(['stored', 'deflated'] as const)('is read when it is %s', async (method) => {
    for (const content of ['', 'one', big]) {
      for (const dataDescriptor of [false, true]) {
        const bytes = await read({ path: 'a', content, method, dataDescriptor });
        expect(Buffer.from(bytes).equals(Buffer.from(content))).toBe(true);
      }
    }
  });

  it('is read behind a prefix and in a zip64 archive', async () => {
    for (const offsetsFrom of ['file', 'zip'] as const) {
      const options = { prefix: '#!/bin/sh\n', offsetsFrom, zip64: true };
      expect(Buffer.from(await read({ path: 'a', content: 'one' }, options)).toString()).toBe('one');
    }
  });

  it('flows, and its reading ends when nobody wants more', async () => {
    const zip = fakeZip([{ path: 'a', content: noise(8 << 20), method: 'deflated' }]);
    const source = counted(randomAccessOf(zip));
    const archive = await readZip(source, 'a.zip');
    const [entry] = archive.entries;
    if (entry === undefined) throw new Error('no entry');
    for await (const chunk of readZipEntry(source, archive, entry)) {
      expect(chunk.length).toBeLessThanOrEqual(1 << 20);
      break;
    }
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
    expect(source.reads).toBeLessThan(6);
  });

  it('is the same where its source reads into one array again and again', async () => {
    const content = noise(8 << 20);
    const source = intoRoom(fakeZip([{ path: 'a', content, method: 'deflated' }]));
    const archive = await readZip(source, 'a.zip');
    const [entry] = archive.entries;
    if (entry === undefined) throw new Error('no entry');
    const bytes = await collect(readZipEntry(source, archive, entry), 1 << 24, 'it');
    expect(Buffer.compare(bytes, content)).toBe(0);
  });

  it('is refused when it would be larger than wanted', async () => {
    const error = read({ path: 'pom.xml', content: 'x'.repeat(11) }, {}, { limit: 10 });
    await expect(error).rejects.toMatchObject({
      code: 'ARCHIVE_BOMB',
      message: 'a.zip: entry "pom.xml" has 11 bytes',
      details: { archive: 'a.zip', entry: 'pom.xml' },
    });
  });

  it('is refused when it is encrypted', async () => {
    await expect(read({ path: 'a', content: 'one', encrypted: true })).rejects.toMatchObject({
      code: 'ARCHIVE_ENCRYPTED',
      message: 'a.zip: entry "a" is encrypted',
    });
  });

  const small = deflateRawSync('some content');
  const large = deflateRawSync(big);
  it.each<[string, FakeZipEntry, string | RegExp]>([
    [
      'has another CRC-32',
      { path: 'a', content: 'one', central: { crc32: 1 } },
      'is damaged: its CRC-32 is 7a6c86f1, expected 00000001',
    ],
    [
      'is stored with two sizes',
      { path: 'a', content: 'one', central: { size: 9 } },
      'is stored as it is, yet of 9 and of 3 bytes',
    ],
    [
      'is packed by an unknown method',
      { path: 'a', central: { method: 93 } },
      'is compressed by method 93; expected 0 (stored) or 8 (deflated)',
    ],
    [
      'is shorter than it says',
      { path: 'a', method: 'deflated', packed: small, central: { size: 99 } },
      'unpacks to 12 bytes; the central directory says 99',
    ],
    [
      'is longer than it says',
      { path: 'a', method: 'deflated', packed: small, central: { size: 11 } },
      'unpacks to more than the 11 bytes that the central directory says',
    ],
    [
      'is longer than nothing',
      { path: 'a', method: 'deflated', packed: small },
      'unpacks to more than the 0 bytes that the central directory says',
    ],
    [
      'is much longer than it says',
      { path: 'a', method: 'deflated', packed: large, central: { size: 2 << 20 } },
      `unpacks to ${big.length} bytes; the central directory says 2097152`,
    ],
    [
      'is damaged',
      { path: 'a', method: 'deflated', packed: Buffer.from('nonsense'), central: { size: 9 } },
      /is damaged: invalid/,
    ],
    [
      'ends early',
      { path: 'a', method: 'deflated', packed: small.subarray(0, 9), central: { size: 12 } },
      'is damaged: unexpected end of file',
    ],
    [
      'ends early, being large',
      { path: 'a', method: 'deflated', packed: large.subarray(0, -9), content: big },
      'is damaged: unexpected end of file',
    ],
    [
      'has more behind its end',
      {
        path: 'a',
        content: 'some content',
        method: 'deflated',
        packed: Buffer.concat([small, Buffer.from('tail')]),
      },
      'has 4 bytes behind the end of its compressed data',
    ],
    [
      'has much more behind its end',
      {
        path: 'a',
        content: 'some content',
        method: 'deflated',
        packed: Buffer.concat([small, noise(3 << 20)]),
      },
      'has 3145728 bytes behind the end of its compressed data',
    ],
    [
      'is not where it should be',
      { path: 'a', central: { headerOffset: 1 } },
      'has no local header at byte 1',
    ],
    ['is beyond the end', { path: 'a', central: { headerOffset: 5000 } }, 'has no local header at byte 5000'],
    [
      'ends beyond the end',
      { path: 'a', central: { size: 50, compressedSize: 50 } },
      'should have 50 bytes at byte 31, but entries end at byte 31',
    ],
  ])('is refused when it %s', async (_, entry, message) => {
    const error = read(entry);
    await expect(error).rejects.toMatchObject({ code: 'ARCHIVE_INVALID', hint: expect.any(String) });
    await expect(error).rejects.toThrow(message);
  });

  it('passes on what goes wrong below', async () => {
    const zip = fakeZip([{ path: 'a', content: noise(4 << 20), method: 'deflated' }]);
    const whole = randomAccessOf(zip);
    const archive = await readZip(whole, 'a.zip');
    const failing: RandomAccess = {
      size: whole.size,
      read: async (offset, length) => {
        if (offset > 1 << 20) throw new Error('the disk is gone');
        return await whole.read(offset, length);
      },
    };
    const [entry] = archive.entries;
    if (entry === undefined) throw new Error('no entry');
    await expect(collect(readZipEntry(failing, archive, entry), 1 << 30, 'a')).rejects.toThrow(
      'the disk is gone',
    );
  });
});

describe('A stored entry in place', () => {
  it('is a part of the archive', async () => {
    const inner = fakeZip({ a: 'one' });
    const zip = fakeZip({ 'BOOT-INF/lib/inner.jar': inner }, { prefix: '#!/bin/sh\n' });
    const slice = await sliceOf(zip);
    expect(slice.size).toBe(inner.length);
    expect(await readZip(slice, 'inner.jar')).toMatchObject({ entries: [{ path: 'a' }] });
  });

  it('ends where the entry ends', async () => {
    const slice = await sliceOf(fakeZip({ a: 'one', b: 'two' }));
    await expect(slice.read(1, 3)).rejects.toThrow(RangeError);
    await expect(slice.read(-1, 1)).rejects.toThrow(RangeError);
    expect(Buffer.from(await slice.read(1, 2)).toString()).toBe('ne');
  });

  it('is refused when it is compressed', async () => {
    const error = sliceOf(fakeZip([{ path: 'a', content: 'one', method: 'deflated' }]));
    await expect(error).rejects.toThrow(
      'a.zip: entry "a" is compressed; only a stored entry can be read in place',
    );
  });

  async function sliceOf(zip: Uint8Array): Promise<RandomAccess> {
    const source = randomAccessOf(zip);
    const archive = await readZip(source, 'a.zip');
    const [entry] = archive.entries;
    if (entry === undefined) throw new Error('no entry');
    return await zipSlice(source, archive, entry);
  }
});

async function read(
  only: FakeZipEntry,
  zipOptions: FakeZipOptions = {},
  options: ReadZipEntryOptions = {},
): Promise<Uint8Array> {
  const source = randomAccessOf(fakeZip([only], zipOptions));
  const archive = await readZip(source, 'a.zip');
  const [entry] = archive.entries;
  if (entry === undefined) throw new Error('no entry');
  return await collect(readZipEntry(source, archive, entry, options), 1 << 30, only.path);
}

function counted(source: RandomAccess) {
  const counting = {
    size: source.size,
    reads: 0,
    read(offset: number, length: number) {
      counting.reads++;
      return source.read(offset, length);
    },
  };
  return counting;
}

/** Bytes that deflate cannot shrink; the same every time. */
function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** Reads as files are read. */
function intoRoom(content: Uint8Array): RandomAccess {
  const { size, read } = randomAccessOf(content);
  return {
    size,
    async read(offset, length, room = new Uint8Array(length)) {
      room.set(await read(offset, length));
      return room.subarray(0, length);
    },
  };
}
