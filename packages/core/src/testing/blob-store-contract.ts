import { describe, expect, it } from 'vitest';
import type { BlobStore } from '../blob.ts';
import { bytesOf, collect } from '../bytes.ts';
import { digestOf } from '../digest.ts';

/**
 * What every blob store must keep to; the first test of each.
 * @param make a new, empty store for every test
 */
export function blobStoreContract(name: string, make: () => Promise<BlobStore>): void {
  const text = (content: string) => new TextEncoder().encode(content);
  const all = (store: BlobStore, content: string) =>
    collect(store.read(digestOf(text(content))), 1 << 24, 'the blob');

  describe(`${name} as a blob store`, () => {
    it('gives back what was written, under the digest of its bytes', async () => {
      const store = await make();
      const written = await store.write(bytesOf(text('hello '), text('block')));
      expect(written).toMatchObject({ digest: digestOf(text('hello block')), size: 11, added: true });
      expect(await all(store, 'hello block')).toEqual(text('hello block'));
    });

    it('keeps the empty blob', async () => {
      const store = await make();
      expect(await store.write(bytesOf())).toMatchObject({ digest: digestOf(text('')), size: 0 });
      expect(await all(store, '')).toHaveLength(0);
    });

    it('says that it has a blob only once it is whole', async () => {
      const store = await make();
      const digest = digestOf(text('slow'));
      const seen: boolean[] = [];
      async function* slowly() {
        yield text('sl');
        seen.push(await store.has(digest));
        yield text('ow');
      }
      expect(await store.has(digest)).toBe(false);
      await store.write(slowly());
      expect(seen).toEqual([false]);
      expect(await store.has(digest)).toBe(true);
    });

    it('does not count a blob that has another size than is asked for', async () => {
      const store = await make();
      const { digest } = await store.write(bytesOf(text('four')));
      expect(await store.has(digest, 4)).toBe(true);
      expect(await store.has(digest, 5)).toBe(false);
    });

    it('changes nothing when it is given what it has', async () => {
      const store = await make();
      await store.write(bytesOf(text('twice')));
      expect(await store.write(bytesOf(text('twice')))).toMatchObject({ added: false, size: 5 });
      expect(await all(store, 'twice')).toEqual(text('twice'));
    });

    it('takes the same blob from many writers at once', async () => {
      const store = await make();
      const content = text('x'.repeat(100_000));
      const written = await Promise.all(Array.from({ length: 16 }, () => store.write(bytesOf(content))));
      expect(new Set(written.map((one) => one.digest))).toEqual(new Set([digestOf(content)]));
      expect(await all(store, 'x'.repeat(100_000))).toEqual(content);
    });

    it('refuses content that is not what was expected, and keeps nothing of it', async () => {
      const store = await make();
      const expected = digestOf(text('right'));
      await expect(store.write(bytesOf(text('wrong')), expected)).rejects.toMatchObject({
        code: 'DIGEST_MISMATCH',
      });
      expect(await store.has(expected)).toBe(false);
      expect(await store.has(digestOf(text('wrong')))).toBe(false);
    });

    it('keeps nothing when the content breaks off', async () => {
      const store = await make();
      async function* broken() {
        yield text('half');
        throw new Error('the line went dead');
      }
      await expect(store.write(broken())).rejects.toThrow('the line went dead');
      expect(await store.has(digestOf(text('half')))).toBe(false);
    });

    it('reads a part of a blob', async () => {
      const store = await make();
      const { digest } = await store.write(bytesOf(text('0123456789')));
      const part = await collect(store.read(digest, { offset: 3, length: 4 }), 10, 'the part');
      expect(new TextDecoder().decode(part)).toBe('3456');
    });

    it('names the blob that it does not have', async () => {
      const store = await make();
      const digest = digestOf(text('never written'));
      const reading = collect(store.read(digest), 10, 'the blob');
      await expect(reading).rejects.toMatchObject({ code: 'BLOB_MISSING', details: { digest } });
    });
  });
}
