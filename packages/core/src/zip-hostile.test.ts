import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBuffer } from 'yauzl';
import { collect, type RandomAccess, randomAccessOf } from './bytes.ts';
import { BlockPackError } from './error.ts';
import { type FakeZipEntry, type FakeZipOptions, fakeZip } from './testing/zip-fixture.ts';
import { checkZip, readZip, readZipEntry, zipDirectory } from './zip.ts';

describe('Any zip archive', () => {
  it('is read back as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(someEntries, someOptions, async (entries, options) => {
        const source = strictAccess(fakeZip(entries, options));
        const archive = await readZip(source, 'any.zip');
        expect(await checkZip(source, archive)).toEqual([]);
        expect(archive.comment).toBe(options.comment);
        expect(archive.prefixLength).toBe(Buffer.byteLength(options.prefix));
        const seen = [];
        for (const entry of archive.entries) {
          const content = await collect(readZipEntry(source, archive, entry), 1 << 20, entry.path);
          seen.push({ path: entry.path, executable: entry.executable, content: base64(content) });
        }
        expect(seen).toEqual(
          entries.map(({ path, executable, content }) => ({
            path,
            executable,
            content: base64(content),
          })),
        );
      }),
    );
  });

  it('has the table of contents that yauzl sees', async () => {
    await fc.assert(
      fc.asyncProperty(someEntries, fc.boolean(), async (entries, zip64) => {
        const bytes = fakeZip(entries, { zip64 });
        const { entries: seen } = await readZip(strictAccess(bytes), 'any.zip');
        expect(
          seen.map(({ path, size, compressedSize, crc32, headerOffset }) => [
            path,
            size,
            compressedSize,
            crc32,
            headerOffset,
          ]),
        ).toEqual(await yauzlEntries(bytes));
      }),
    );
  });
});

describe('A damaged or hostile zip archive', () => {
  it('is read as far as it goes, or refused with a reason', async () => {
    await fc.assert(
      fc.asyncProperty(someEntries, someOptions, someDamage, async (entries, options, damage) => {
        const bytes = damaged(fakeZip(entries, options), damage);
        await readAll(bytes);
        await takeApart(bytes);
      }),
      { numRuns: 500 },
    );
  });

  it('may be anything', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (noise) => {
        await readAll(noise);
        await readAll(Buffer.concat([noise, fakeZip({}), noise]));
      }),
    );
  });
});

async function readAll(bytes: Uint8Array): Promise<void> {
  const source = strictAccess(bytes);
  const archive = await orRefused(readZip(source, 'any.zip'));
  if (archive === undefined) return;
  await checkZip(source, archive);
  for (const entry of archive.entries) {
    let size = 0;
    await orRefused(
      (async () => {
        for await (const chunk of readZipEntry(source, archive, entry, { limit: 1 << 20 }))
          size += chunk.length;
      })(),
    );
    expect(size).toBeLessThanOrEqual(entry.size);
  }
}

async function takeApart(bytes: Uint8Array): Promise<void> {
  const file = {
    kind: 'file',
    path: 'any.zip',
    size: bytes.length,
    executable: false,
    read: async function* () {
      yield bytes;
    },
  } as const;
  const directory = await orRefused(zipDirectory(strictAccess(bytes), file, 'any.zip'));
  const paths = (await directory?.entries())?.map(({ path }) => path) ?? [];
  expect(new Set(paths).size).toBe(paths.length);
  expect(paths.filter((path) => path.startsWith('/') || path.split('/').includes('..'))).toEqual([]);
}

/** As a disk would be: what is not there cannot be read, not even nothing of it. */
function strictAccess(bytes: Uint8Array): RandomAccess {
  const access = randomAccessOf(bytes);
  return {
    size: access.size,
    async read(offset, length) {
      if (offset > bytes.length || length < 0) throw new Error(`${length} bytes at ${offset} are not there`);
      return await access.read(offset, length);
    },
  };
}

/** Undefined when it was refused; anything but a reasoned refusal fails the test. */
async function orRefused<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof BlockPackError)) throw error;
    expect(error.message).toContain('any.zip');
    return undefined;
  }
}

/** Arrays would be compared element by element, which takes seconds. */
function base64(content: Uint8Array): string {
  return Buffer.from(content).toString('base64');
}

const someEntries = fc.uniqueArray(
  fc.record({
    path: fc.stringMatching(/^[a-zäß📦_-]{1,12}$/u),
    content: fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.nat(80_000).map((length) => new Uint8Array(length)),
    ),
    method: fc.constantFrom('stored' as const, 'deflated' as const),
    executable: fc.boolean(),
    dataDescriptor: fc.boolean(),
    comment: fc.string({ maxLength: 5 }),
  }) satisfies fc.Arbitrary<FakeZipEntry>,
  { selector: ({ path }) => path, minLength: 1, maxLength: 6 },
);

const someOptions = fc.record({
  prefix: fc.constantFrom('', '#!/bin/sh\n'),
  offsetsFrom: fc.constantFrom('file' as const, 'zip' as const),
  comment: fc.constantFrom('', 'a comment', 'PK\x05\x06'),
  zip64: fc.boolean(),
}) satisfies fc.Arbitrary<FakeZipOptions>;

/** Bytes to change, counted from the end, where most of the structure is; then a piece to cut out. */
const someDamage = fc.record({
  changes: fc.array(fc.tuple(fc.nat(400), fc.constantFrom(0, 1, 2, 8, 0x7f, 0x80, 0xff)), { maxLength: 4 }),
  cut: fc.option(fc.tuple(fc.nat(400), fc.nat(30)), { nil: undefined, freq: 3 }),
});

type Damage = typeof someDamage extends fc.Arbitrary<infer T> ? T : never;

function damaged(bytes: Uint8Array, { changes, cut }: Damage): Uint8Array {
  const copy = bytes.slice();
  for (const [fromEnd, value] of changes) copy[Math.max(0, copy.length - 1 - fromEnd)] = value;
  if (cut === undefined) return copy;
  const start = Math.max(0, copy.length - cut[0]);
  return Buffer.concat([copy.subarray(0, start), copy.subarray(start + cut[1])]);
}

async function yauzlEntries(bytes: Uint8Array): Promise<readonly unknown[]> {
  return await new Promise((resolve, reject) => {
    fromBuffer(Buffer.from(bytes), (error, zip) => {
      if (error) return reject(error);
      const entries: unknown[] = [];
      zip.on('entry', (entry) => {
        const { fileName, uncompressedSize, compressedSize, crc32, relativeOffsetOfLocalHeader } = entry;
        entries.push([fileName, uncompressedSize, compressedSize, crc32, relativeOffsetOfLocalHeader]);
      });
      zip.on('end', () => resolve(entries));
      zip.on('error', reject);
    });
  });
}
