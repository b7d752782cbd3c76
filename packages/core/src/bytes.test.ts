import { describe, expect, it } from 'vitest';
import { type Bytes, bytesOf, coalesced, collect, randomAccessOf, readRange, readStart } from './bytes.ts';
import { cutBlock } from './cut.ts';
import { digestOf } from './digest.ts';
import { MemoryBlobStore } from './memory-blob-store.ts';

const text = (content: string) => new TextEncoder().encode(content);

/** Gives every chunk in the same array, as a reader of files does. */
async function* inOneArray(content: string, array: Uint8Array = Buffer.alloc(4)): Bytes {
  for (let at = 0; at < content.length; at += array.length) {
    const piece = text(content.slice(at, at + array.length));
    array.set(piece);
    yield array.subarray(0, piece.length);
  }
}

describe('a stream whose chunks share an array', () => {
  it('is collected as it was', async () => {
    expect(await collect(inOneArray('nine bytes'), 100, 'x')).toEqual(text('nine bytes'));
  });

  it('is kept by a store as it was', async () => {
    const store = new MemoryBlobStore();
    const { digest } = await store.write(inOneArray('nine bytes'));
    expect(digest).toBe(digestOf(text('nine bytes')));
    expect(await collect(store.read(digest), 100, 'x')).toEqual(text('nine bytes'));
  });

  it('becomes the same tree block', async () => {
    const content = 'x'.repeat(300_000);
    const file = { kind: 'file', path: 'a', size: content.length, executable: false } as const;
    const store = new MemoryBlobStore();
    const shared = { ...file, read: () => inOneArray(content, Buffer.alloc(270_000)) };
    const own = { ...file, read: () => bytesOf(text(content)) };
    const cut = (entry: typeof own) => cutBlock({ kind: 'tree', entries: [entry] }, store);
    expect((await cut(shared)).digest).toBe((await cut(own)).digest);
  });
});

describe('a chunk', () => {
  const pieces = Array.from({ length: 40 }, (_, at) => new Uint8Array(30_000).fill(at));
  const size = 1_200_000;
  const source = {
    size,
    read: async (offset: number, length: number, room = new Uint8Array(length)) =>
      room.subarray(0, length).fill(offset % 251),
  };

  it.each([
    { what: 'joined from small pieces', stream: () => coalesced(bytesOf(...pieces)) },
    { what: 'read from a file', stream: () => readRange(source) },
  ])('$what stays as it is until the next one is asked for, whatever else is read', async ({ stream }) => {
    const expected = await collect(stream(), size, 'it');
    let at = 0;
    for await (const chunk of stream()) {
      await Promise.all([1, 2, 3].map(() => collect(stream(), size, 'another')));
      expect(Buffer.compare(chunk, expected.subarray(at, at + chunk.length))).toBe(0);
      at += chunk.length;
    }
    expect(at).toBe(size);
  });
});

describe('streams', () => {
  it('are read as far as is asked for, and no further', async () => {
    let asked = 0;
    async function* counted() {
      for (const piece of ['ab', 'cd', 'ef']) {
        asked++;
        yield text(piece);
      }
    }
    expect(await readStart(counted(), 3)).toEqual(text('abc'));
    expect(asked).toBe(2);
    expect(await readStart(inOneArray('short'), 100)).toEqual(text('short'));
  });

  it('are not collected beyond the limit', async () => {
    await expect(collect(bytesOf(text('ab'), text('cd')), 3, 'the note')).rejects.toMatchObject({
      code: 'INPUT_UNSUPPORTED',
      message: 'the note has more than 3 bytes',
    });
  });

  it('have the same bytes when their small pieces are joined', async () => {
    const pieces = [1, 10, 200_000, 100_000, 300_000, 0, 5].map((length, at) =>
      new Uint8Array(length).fill(at),
    );
    const joined = await collect(coalesced(bytesOf(...pieces)), 1 << 20, 'x');
    expect(Buffer.compare(joined, Buffer.concat(pieces))).toBe(0);
  });

  it('are read from any part of what can be read anywhere', async () => {
    const source = randomAccessOf(text('0123456789'));
    expect(await collect(readRange(source, 3, 4), 10, 'x')).toEqual(text('3456'));
    await expect(source.read(8, 3)).rejects.toThrow(RangeError);
    await expect(source.read(2, -1)).rejects.toThrow(RangeError);
  });
});
