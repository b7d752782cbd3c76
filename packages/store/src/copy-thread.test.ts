import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import { type BlobPart, bytesOf, collect, type Digest, digestOf, type PartedBytes } from '@block-pack/core';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CopyThread } from './copy-thread.ts';
import { StoreLayout } from './layout.ts';
import { openStore } from './open-store.ts';
import { type PartFiles, storeFiles } from './part-files.ts';
import { ScratchBlobs } from './scratch-blobs.ts';
import type { Store } from './store.ts';

const directory = mkdtempSync(join(tmpdir(), 'block-pack-copy-'));
let store: Store;
let blob: Digest;
/** More than a piece that the threads hand on, and than an array that is sent to them. */
const content = Uint8Array.from({ length: 2_500_000 }, (_, index) => index ** 2 % 251);

beforeAll(async () => {
  store = await openStore(directory, { create: true });
  blob = (await store.write(bytesOf(content))).digest;
});
afterEach(() => expect(readdirSync(join(directory, 'drafts'))).toEqual([]));
afterAll(() => rmSync(directory, { recursive: true }));

/** What is said to be so large goes to other threads, however small it is. */
const large = 1 << 30;

function part(offset: number, length: number, told: Partial<BlobPart> = {}): BlobPart {
  const range = { offset, length };
  const read = () => store.read(blob, range);
  return { blob, range, crc: 7, read, copied: vi.fn(), failed: vi.fn(), ...told };
}

/** A part that is a gzip member of the content, behind some bytes that are not of it. */
async function member(packed: Uint8Array, told: Partial<BlobPart> = {}): Promise<BlobPart> {
  const { digest } = await store.write(bytesOf(new Uint8Array(3), packed));
  const range = { offset: 3, length: packed.length };
  const read = () => store.read(digest, range);
  return part(3, packed.length, { blob: digest, read, unpackedLimit: content.length, ...told });
}

async function* inTurn(...pieces: readonly (Uint8Array | BlobPart)[]): PartedBytes {
  yield* pieces;
}

function expected(pieces: readonly (Uint8Array | BlobPart)[]): Uint8Array {
  return Buffer.concat(
    pieces.map((piece) => ('range' in piece ? content.subarray(...bounds(piece)) : piece)),
  );
}

function bounds({ range: { offset, length } }: BlobPart): [number, number] {
  return [offset, offset + length];
}

const run = fc
  .tuple(fc.nat(content.length), fc.nat(1_200_000))
  .map(([offset, length]) => part(offset, Math.min(length, content.length - offset)));
const bytes = fc.oneof(fc.uint8Array({ maxLength: 2000 }), fc.constant(content.slice(0, 1_100_000)));

describe('a content that other threads bring together', () => {
  it('is what its chunks and parts are, in their order, and each part is told its sum and its end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(run, bytes), { maxLength: 25 }), async (pieces) => {
        const whole = expected(pieces);
        const written = await store.write(inTurn(...pieces), undefined, large);
        expect(written).toMatchObject({ digest: digestOf(whole), size: whole.length });
        expect(await store.digest(inTurn(...pieces), large)).toBe(written.digest);
        const kept = await collect(store.read(written.digest), 1 << 28, 'what was written');
        expect(Buffer.compare(kept, whole)).toBe(0);
        for (const one of pieces) if ('range' in one) expectTold(one);
      }),
      { numRuns: 12 },
    );
  });

  function expectTold(one: BlobPart): void {
    const copied = content.subarray(...bounds(one));
    const sum = { crc: crc32(copied, 7), end: new Uint8Array(copied.slice(-8)) };
    expect(one.copied).toHaveBeenCalledTimes(2);
    expect(one.copied).toHaveBeenCalledWith(sum);
    expect(one.failed).not.toHaveBeenCalled();
  }

  it('is the same when this thread reads it all', async () => {
    const pieces = [part(5, 900_000), content.slice(0, 100), part(0, 3), part(7, 0)];
    const [here, there] = [
      await store.digest(inTurn(...pieces), 0),
      await store.digest(inTurn(...pieces), large),
    ];
    expect(here).toBe(there);
    for (const { copied } of pieces.filter((piece): piece is BlobPart => 'range' in piece)) {
      const [[one], [other]] = vi.mocked(copied).mock.calls as [[object], [object]];
      expect(other).toEqual(one);
    }
  });

  it.each([0, large])('has what is inside of gzip members, said to have %d bytes', async (about) => {
    const packed = gzipSync(content);
    const [one, small] = [await member(packed), await member(gzipSync(content.slice(0, 9)))];
    const pieces = [one, content.slice(0, 5), part(0, 7), small, one];
    const whole = Buffer.concat([
      content,
      content.slice(0, 5),
      content.slice(0, 7),
      content.slice(0, 9),
      content,
    ]);
    expect(await store.digest(inTurn(...pieces), about)).toBe(digestOf(whole));
    expect((await store.write(inTurn(...pieces), undefined, about)).digest).toBe(digestOf(whole));
    expect(one.copied).toHaveBeenCalledTimes(4);
    expect(one.copied).toHaveBeenCalledWith({ crc: 7, end: new Uint8Array(packed.slice(-8)) });
    expect(one.failed).not.toHaveBeenCalled();
  });

  it.each([0, large])(
    'tells a member why it cannot be unpacked, and is what that throws, said to have %d bytes',
    async (about) => {
      const packed = gzipSync(content);
      const copied: BlobPart['copied'] = ({ flaw }) => {
        throw new Error(`flaw: ${flaw}`);
      };
      const other = packed.map((byte, at) => (at === packed.length - 5 ? byte ^ 1 : byte));
      const flawed = [
        [await member(packed.subarray(5), { copied }), 'incorrect header check'],
        [await member(packed.subarray(0, -9), { copied }), 'unexpected end of file'],
        [await member(other, { copied }), 'incorrect data check'],
        [await member(packed, { copied, unpackedLimit: 9 }), 'more than 9 bytes are inside'],
      ] as const;
      for (const [one, flaw] of flawed)
        await expect(store.digest(inTurn(part(0, 9), one, part(0, 9)), about)).rejects.toThrow(
          `flaw: ${flaw}`,
        );
    },
  );

  it('has parts of blobs that are no files of their own, too', async () => {
    const scratch = new ScratchBlobs(directory);
    try {
      const blobPath = (digest: Digest) => (digest === blob ? store.blobPath(blob) : '');
      const copier = scratch.copier({ has: store.has.bind(store), read: store.read.bind(store), blobPath });
      const packed = await member(gzipSync(content));
      const written = await copier.write(inTurn(part(3, 9), packed, part(0, 9)), undefined, large);
      const whole = Buffer.concat([content.slice(3, 12), content, content.slice(0, 9)]);
      expect(written).toEqual({ digest: digestOf(whole), size: whole.length, added: true });
      const kept = await collect(scratch.read(written.digest), whole.length, 'what was written');
      expect(Buffer.compare(kept, whole)).toBe(0);
      expect(await copier.digest(inTurn(packed), large)).toBe(blob);
    } finally {
      scratch.remove();
    }
  });

  it.each([0, large])(
    'is refused where a part is not what it should be, said to have %d bytes',
    async (about) => {
      const copied = () => {
        throw new Error('it is damaged');
      };
      const refused = store.write(inTurn(part(0, 9), part(9, 9, { copied })), undefined, about);
      await expect(refused).rejects.toThrow('it is damaged');
    },
  );

  it.each([0, large])(
    'is refused where a blob is too short or gone, said to have %d bytes',
    async (about) => {
      const short = part(content.length - 5, 6);
      await expect(store.write(inTurn(part(0, 1), short), undefined, about)).rejects.toMatchObject({
        code: 'DIGEST_MISMATCH',
        message: expect.stringContaining(
          `it has ${content.length} bytes, ${content.length + 1} were expected`,
        ),
      });
      expect(short.failed).toHaveBeenCalledTimes(1);
      const nothing = digestOf(new Uint8Array([1]));
      const gone = part(0, 1, { blob: nothing, read: () => store.read(nothing) });
      await expect(store.digest(inTurn(gone), about)).rejects.toMatchObject({ code: 'BLOB_MISSING' });
      expect(gone.failed).toHaveBeenCalledTimes(1);
    },
  );

  it('is refused where a blob loses its end while it is read', async () => {
    const { digest } = await store.write(bytesOf(content.slice(1)));
    const cut = part(0, 1000, { blob: digest });
    async function* losing(): PartedBytes {
      yield cut;
      truncateSync(store.blobPath(digest), 10);
    }
    const refused = store.digest(losing(), large);
    await expect(refused).rejects.toMatchObject({
      message: expect.stringContaining('it has 10 bytes, 1000 were'),
    });
    expect(cut.failed).toHaveBeenCalledTimes(1);
    rmSync(store.blobPath(digest));
  });

  it('is refused where it is another than was expected, or does not come to its end', async () => {
    const other = digestOf(new Uint8Array());
    await expect(store.write(inTurn(part(0, 9)), other, large)).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
    });
    async function* broken(): PartedBytes {
      yield part(0, 2_000_000);
      throw new Error('no more');
    }
    await expect(store.write(broken(), undefined, large)).rejects.toThrow('no more');
  });

  it('is refused where it cannot be written, and says where', async () => {
    const path = store.blobPath(blob);
    // Open for reading alone, so that the system says no.
    const descriptor = openSync(path, 'r');
    const thread = new CopyThread(storeFiles(new StoreLayout(directory)), {
      descriptor,
      path,
      code: 'STORE_UNUSABLE',
    });
    const copy = part(0, content.length);
    const filling = async () => {
      for (let count = 0; count < 20; count++) await thread.copy(copy);
      await thread.end();
    };
    try {
      await expect(filling()).rejects.toMatchObject({
        code: 'STORE_UNUSABLE',
        message: expect.stringContaining(`Cannot write ${path}`),
      });
      expect(copy.failed).not.toHaveBeenCalled();
    } finally {
      await thread.close();
      closeSync(descriptor);
    }
  });

  it('tells every part of a batch how it went, also where one of them is no good', async () => {
    const no = () => {
      throw new Error('it is damaged');
    };
    const [one, other, damaged] = [part(0, 9), part(9, 9), part(18, 9, { copied: no })];
    await expect(store.digest(inTurn(damaged, one, damaged, other), large)).rejects.toThrow('it is damaged');
    expect(one.copied).toHaveBeenCalledTimes(1);
    expect(other.copied).toHaveBeenCalledTimes(1);
  });

  it.each([undefined, 9])(
    'names the file that cannot be read, and tells the parts before it',
    async (limit) => {
      const layout = new StoreLayout(directory);
      const files: PartFiles = {
        ...storeFiles(layout),
        open: (wanted, range) =>
          wanted === blob
            ? storeFiles(layout).open(wanted, range)
            : { file: openSync(directory, 'r'), size: 9 },
      };
      const [one, later] = [part(0, 9), part(0, 9)];
      const told = limit === undefined ? {} : { unpackedLimit: limit };
      const unreadable = part(0, 9, { blob: digestOf(new Uint8Array([2])), ...told });
      const thread = new CopyThread(files);
      try {
        for (const each of [one, unreadable, later]) await thread.copy(each);
        await expect(thread.end()).rejects.toMatchObject({
          code: 'STORE_UNUSABLE',
          message: `Cannot read ${store.blobPath(unreadable.blob)}: it is a directory (EISDIR)`,
        });
        expect(one.copied).toHaveBeenCalledTimes(1);
        expect(unreadable.failed).toHaveBeenCalledTimes(1);
        expect(later.copied).not.toHaveBeenCalled();
      } finally {
        await thread.close();
      }
    },
  );

  it.each([
    ['copied', undefined, 0.5, undefined],
    ['unpacked', undefined, 0.5, 9],
    ['written', Number.NaN, 0, undefined],
  ] as const)(
    'shows a fault of ours as what it is, where parts are %s',
    async (_, descriptor, offset, limit) => {
      const output =
        descriptor === undefined ? undefined : { descriptor, path: 'x', code: 'OUTPUT_REFUSED' as const };
      const thread = new CopyThread(storeFiles(new StoreLayout(directory)), output);
      try {
        await thread.copy(part(offset, 10, limit === undefined ? {} : { unpackedLimit: limit }));
        await expect(thread.end()).rejects.toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
      } finally {
        await thread.close();
      }
    },
  );
});
