import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Bytes, bytesOf, collect } from '../bytes.ts';
import { wholeBytes } from './blob-part.ts';
import { type Part, sideBySide } from './side-by-side.ts';

/** Counts the parts that are being made. */
class Workshop {
  open = 0;
  most = 0;
  begun = 0;

  part(
    number: number,
    options: { readonly ahead?: boolean; readonly fault?: Error; readonly size?: number } = {},
  ): Part {
    const { ahead = true, fault, size = 3 } = options;
    return { ahead, make: () => this.#bytes(number, size, fault) };
  }

  async *#bytes(number: number, size: number, fault: Error | undefined): Bytes {
    this.begun++;
    this.most = Math.max(this.most, ++this.open);
    try {
      for (let round = 0; round < 3; round++) {
        // Later parts are made faster.
        for (let wait = number; wait < 8; wait++) await turn();
        yield new Uint8Array(size).fill(number);
      }
      if (fault !== undefined) throw fault;
    } finally {
      this.open--;
    }
  }
}

/** Chunks of one value each, from `first` on. */
async function* inOneArray(first: number, rounds: number, size: number): Bytes {
  const array = new Uint8Array(size);
  for (let round = 0; round < rounds; round++) yield array.fill(first + round);
}

describe('parts that are made side by side', () => {
  it('come out in their order, with so many under way and no more', async () => {
    const shop = new Workshop();
    const parts = Array.from({ length: 8 }, (_, number) => shop.part(number, { ahead: number % 3 !== 1 }));
    const bytes = await collect(wholeBytes(sideBySide(parts, 3)), 1000, 'all');
    expect([...bytes]).toEqual(Array.from({ length: 72 }, (_, at) => Math.floor(at / 9)));
    expect([shop.open, shop.most > 1, shop.most <= 4]).toEqual([0, true, true]);
  });

  it('wait for their reader instead of filling the memory', async () => {
    const shop = new Workshop();
    const size = 12 << 20;
    const made = sideBySide([shop.part(0, { size }), shop.part(1, { size })], 2);
    let bytes = 0;
    for await (const chunk of wholeBytes(made)) {
      bytes += chunk.length;
      if (bytes !== size) continue;
      for (let wait = 0; wait < 50; wait++) await turn();
      expect(shop.open).toBe(2);
    }
    expect([bytes, shop.open]).toEqual([6 * size, 0]);
  });

  it('keep what was made though its maker uses its array again, and while others are read', async () => {
    const [rounds, size] = [30, 65_540];
    const parts = Array.from({ length: 4 }, (_, number) => ({
      ahead: true as const,
      make: () => inOneArray(number * rounds, rounds, size),
    }));
    const reading = async () => {
      let at = 0;
      for await (const chunk of wholeBytes(sideBySide(parts, 4))) {
        await turn();
        expect(Buffer.compare(chunk, new Uint8Array(size).fill(at++))).toBe(0);
      }
      return at;
    };
    expect(await Promise.all([reading(), reading()])).toEqual([4 * rounds, 4 * rounds]);
  });

  it('are begun while a slow one is read, as soon as others are whole', async () => {
    const shop = new Workshop();
    const parts = Array.from({ length: 30 }, (_, number) => shop.part(number));
    const reader = sideBySide(parts, 2)[Symbol.asyncIterator]();
    await reader.next();
    for (let wait = 0; wait < 2000 && shop.begun < parts.length; wait++) await turn();
    expect([shop.begun, shop.most]).toEqual([30, 2]);
    await reader.return?.();
  });

  it('tell the error of a part in its turn, and leave nothing under way', async () => {
    const shop = new Workshop();
    const parts = [
      shop.part(1),
      shop.part(2, { fault: new Error('the disk failed') }),
      shop.part(3),
      shop.part(4),
    ];
    const seen: number[] = [];
    const reading = async () => {
      for await (const chunk of wholeBytes(sideBySide(parts, 4))) seen.push(chunk[0] ?? 0);
    };
    await expect(reading()).rejects.toThrow('the disk failed');
    expect(seen).toEqual([1, 1, 1, 2, 2, 2]);
    expect(shop.open).toBe(0);
  });

  it('are let go when nobody reads on', async () => {
    const shop = new Workshop();
    for await (const _ of sideBySide([shop.part(1), shop.part(2), shop.part(3, { size: 20 << 20 })], 3))
      break;
    expect(shop.open).toBe(0);
    expect(
      await collect(wholeBytes(sideBySide([{ ahead: false, make: () => bytesOf() }], 2)), 1, 'nothing'),
    ).toHaveLength(0);
  });
});
