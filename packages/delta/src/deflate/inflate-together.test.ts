import { crc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inflateAtOnce } from './inflate.ts';
import { InflateBatch, isSmall } from './inflate-together.ts';

interface Part {
  readonly packed: Uint8Array;
  readonly size: number;
  readonly crc32: number;
}

const empty = deflateRawSync(new Uint8Array());

test('contents come one behind the other, as each alone', async () => {
  const contents = Array.from({ length: 300 }, (_, i) => `${i} `.repeat(1 + (i % 90)));
  const batch = new InflateBatch();
  for (const { packed, size, crc32 } of contents.map((content) => partOf(Buffer.from(content))))
    batch.add(joined(7, packed, 9), 1, packed.length, size, crc32);
  expect(batch.size).toBe(contents.join('').length);
  expect(Buffer.from((await batch.inflate()) ?? []).toString()).toBe(contents.join(''));
});

test('nothing comes of a batch with a part that is not what is said of it', async () => {
  const part = partOf(Buffer.from('a content'));
  const { packed, size } = part;
  for (const wrong of [
    { ...part, crc32: part.crc32 ^ 1 },
    { ...part, size: size - 1 },
    { ...part, size: size + 1 },
    { ...part, packed: packed.subarray(0, -1) },
    { ...part, packed: joined(packed, 0) },
    { ...part, packed: joined(packed, 0, 0, 0, 0, 0, 0, 0, 0, 0) },
    { ...part, packed: Buffer.from('nonsense') },
    { ...part, packed: new Uint8Array() },
  ])
    for (const parts of [[wrong], [part, wrong], [wrong, part], [part, wrong, part]])
      expect(await inflated(parts)).toBeUndefined();
});

test('a stream that ends early makes no room for others among its packed bytes', async () => {
  const part = partOf(Buffer.from('a content'));
  const trap = joined(empty, Buffer.alloc(8), 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, part.packed);
  expect(inflateAtOnce(trap, part.size)).toBeUndefined();
  for (const parts of [[{ ...part, packed: trap }], [part, { ...part, packed: trap }, part]])
    expect(await inflated(parts)).toBeUndefined();
});

test('where packed bytes look like the beginning of a member, each is to be inflated alone', async () => {
  const part = partOf(Uint8Array.of(1, 0x1f, 0x8b, 8, 2), 0);
  expect(inflateAtOnce(part.packed, part.size)).toHaveLength(5);
  expect(await inflated([part])).toBeUndefined();
});

test('what comes is what comes of each alone, whatever the parts are', async () => {
  const part = fc
    .record({
      content: fc.uint8Array({ minLength: 1, maxLength: 60 }),
      level: fc.constantFrom(0, 1, 9),
      damage: fc.option(fc.record({ at: fc.nat(80), by: fc.integer({ min: 1, max: 255 }) }), { freq: 4 }),
      behind: fc.uint8Array({ maxLength: 1 }),
    })
    .map(({ content, level, damage, behind }): Part => {
      const whole = partOf(content, level);
      const packed = joined(whole.packed, behind);
      if (damage !== null && damage.at < packed.length)
        packed[damage.at] = (packed[damage.at] ?? 0) ^ damage.by;
      return { ...whole, packed };
    });
  await fc.assert(
    fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 4 }), async (parts) => {
      const alone = parts.map(({ packed, size }) => inflateAtOnce(packed, size));
      const areRight = alone.every((content, i) => content && crc32(content) === parts[i]?.crc32);
      const together = await inflated(parts);
      expect(together && Buffer.from(together)).toEqual(
        areRight ? Buffer.concat(alone.map((content) => content ?? new Uint8Array())) : undefined,
      );
    }),
    { numRuns: 500 },
  );
});

test('a batch has room for so much, and is for small contents alone', () => {
  expect([isSmall(10, 0), isSmall(10, 1), isSmall(1 << 18, 1), isSmall(10, (1 << 21) + 1)]).toEqual([
    false,
    true,
    false,
    false,
  ]);
  const batch = new InflateBatch();
  const packed = new Uint8Array(1 << 17);
  batch.add(packed, 0, packed.length, 1 << 20, 0);
  expect([
    batch.hasRoom(packed.length, 1),
    batch.hasRoom(1, 1 << 20),
    batch.hasRoom(1, (1 << 20) + 1),
  ]).toEqual([false, true, false]);
});

function partOf(content: Uint8Array, level = 9): Part {
  return { packed: deflateRawSync(content, { level }), size: content.length, crc32: crc32(content) };
}

async function inflated(parts: readonly Part[]): Promise<Uint8Array | undefined> {
  const batch = new InflateBatch();
  for (const { packed, size, crc32 } of parts) batch.add(packed, 0, packed.length, size, crc32);
  return batch.inflate();
}

function joined(...parts: readonly (number | Uint8Array)[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : part))),
  );
}
