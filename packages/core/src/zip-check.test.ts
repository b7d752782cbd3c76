import { describe, expect, it } from 'vitest';
import { type RandomAccess, randomAccessOf } from './bytes.ts';
import { type FakeZipEntry, type FakeZipOptions, fakeZip } from './testing/zip-fixture.ts';
import { checkZip, readZip } from './zip.ts';

describe('A check from front to back', () => {
  it('has nothing to say of archives as tools write them', async () => {
    const entries: FakeZipEntry[] = [
      { path: 'META-INF/' },
      { path: 'a', content: 'one', dataDescriptor: true },
      { path: 'b', content: 'two', method: 'deflated', dataDescriptor: true },
      { path: 'größe', content: '', gap: '\0\0\0' },
    ];
    for (const zip64 of [false, true]) {
      for (const prefix of ['', '#!/bin/sh\n']) expect(await flawsOf(entries, { zip64, prefix })).toEqual([]);
    }
    expect(await flawsOf([])).toEqual([]);
  });

  it('understands a data descriptor without signature', async () => {
    const descriptor = Buffer.alloc(12);
    descriptor.writeUInt32LE(0x7a6c86f1, 0);
    descriptor.writeUInt32LE(3, 4);
    descriptor.writeUInt32LE(3, 8);
    const entry = {
      path: 'a',
      content: 'one',
      local: { flags: 0x0808, size: 0, compressedSize: 0, crc32: 0 },
    };
    expect(await flawsOf([{ ...entry, gap: descriptor }])).toEqual([]);
    expect(await flawsOf([{ ...entry, gap: descriptor.subarray(1) }])).toMatchObject([
      { message: 'entry "a" is followed by a data descriptor that says something else' },
    ]);
  });

  it.each<[string, NonNullable<FakeZipEntry['local']>, string]>([
    ['name', { name: 'evil' }, 'entry "a" is called "evil" in its local header'],
    [
      'method',
      { method: 8 },
      'entry "a" is deflated by its local header and stored by the central directory',
    ],
    [
      'own method',
      { method: 12 },
      'entry "a" is packed by method 12 by its local header and stored by the central directory',
    ],
    ['size', { size: 4 }, 'entry "a" has size 4 by its local header and 3 by the central directory'],
    [
      'packed size',
      { compressedSize: 4 },
      'entry "a" has packed size 4 by its local header and 3 by the central directory',
    ],
    [
      'CRC-32',
      { crc32: 0 },
      'entry "a" has CRC-32 0 by its local header and 2053932785 by the central directory',
    ],
    ['encryption', { flags: 0x0801 }, 'entry "a" is encrypted by only one of its two headers'],
  ])('finds a local header with another %s', async (_, local, message) => {
    expect(await flawsOf([{ path: 'a', content: 'one', local }])).toEqual([
      { kind: 'header-mismatch', path: 'a', message },
    ]);
  });

  it('finds entries that only a streaming reader would see', async () => {
    const hidden = { path: 'hidden', content: 'evil', unlisted: true };
    const seen = { path: 'seen', content: 'good' };
    const message = (at: number) => `an entry at byte ${at} is not in the central directory`;
    expect(await flawsOf([hidden, seen])).toEqual([{ kind: 'hidden-entry', message: message(0) }]);
    expect(await flawsOf([seen, hidden])).toEqual([{ kind: 'hidden-entry', message: message(38) }]);
    expect(await flawsOf([seen, hidden, { path: 'also', content: '' }])).toHaveLength(1);
    const far = { ...seen, gap: new Uint8Array((1 << 20) - 2) };
    expect(await flawsOf([far, hidden])).toMatchObject([{ message: message(38 + (1 << 20) - 2) }]);
  });

  it('finds another archive in front', async () => {
    const prefix = fakeZip({ a: 'evil' });
    expect(await flawsOf([{ path: 'a', content: 'good' }], { prefix })).toMatchObject([
      { kind: 'hidden-entry' },
    ]);
  });

  it('finds entries that share bytes', async () => {
    const entries: FakeZipEntry[] = [
      { path: 'a', content: 'one' },
      { path: 'b', content: 'two', central: { headerOffset: 0 } },
      { path: 'c', content: 'three' },
    ];
    expect(await flawsOf(entries)).toMatchObject([
      { kind: 'overlap', path: 'b', message: 'entry "b" overlaps entry "a"' },
      { kind: 'hidden-entry' },
    ]);
  });

  it('finds entries that are not there', async () => {
    expect(await flawsOf([{ path: 'a', central: { headerOffset: 1 } }])).toMatchObject([
      { kind: 'hidden-entry', message: 'an entry at byte 0 is not in the central directory' },
      { kind: 'outside', message: 'entry "a" has no local header at byte 1' },
    ]);
    const beyond = {
      path: 'a',
      content: 'one',
      local: { extra: new Uint8Array(4) },
      central: { compressedSize: 7, size: 7 },
    };
    expect((await flawsOf([beyond])).map(({ message }) => message)).toContain(
      'entry "a" should end at byte 42, but entries end at byte 38',
    );
    expect(await flawsOf([{ path: 'a', central: { headerOffset: 2 ** 32 - 2 } }])).toMatchObject([
      { kind: 'outside' },
      { kind: 'hidden-entry' },
      { kind: 'outside', message: 'entry "a" has no local header at byte 4294967294' },
    ]);
  });

  it('reads many small entries at once', async () => {
    const entries = Array.from({ length: 1000 }, (_, i): FakeZipEntry => ({ path: `${i}`, content: 'x' }));
    const zip = fakeZip(entries);
    const whole = randomAccessOf(zip);
    const archive = await readZip(whole, 'a.zip');
    let reads = 0;
    const source = {
      size: whole.size,
      read(offset: number, length: number) {
        reads++;
        return whole.read(offset, length);
      },
    };
    expect(await checkZip(source, archive)).toEqual([]);
    expect(reads).toBe(1);
  });
});

async function flawsOf(entries: readonly FakeZipEntry[], options?: FakeZipOptions) {
  const whole = randomAccessOf(fakeZip(entries, options));
  const source: RandomAccess = {
    size: whole.size,
    async read(offset, length) {
      if (length < 0) throw new RangeError(`read of ${length} bytes at ${offset}`);
      return await whole.read(offset, length);
    },
  };
  return await checkZip(source, await readZip(source, 'a.zip'));
}
