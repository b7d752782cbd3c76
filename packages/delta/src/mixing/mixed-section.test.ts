import { type BlockPackError, bytesOf, collect, randomAccessOf } from '@block-pack/core';
import { FakeClass, fuzzRuns } from '@block-pack/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyDifference } from '../difference/apply-difference.ts';
import { type DifferenceOptions, writeDifference } from '../difference/write-difference.ts';

const before = lines((at) => `line ${at} of a text that has ${at * at} words\n`);
const after = lines((at) =>
  at % 5 === 0 ? `another line ${at}, ${at * 31}\n` : `line ${at} of a text that had ${at} words\n`,
);

describe('a change whose streams are mixed', () => {
  it('is smaller, and makes the same', async () => {
    const plain = await write(before, after, { mostMixed: 0 });
    const mixed = await write(before, after);
    expect(mixed.mixed).toBeGreaterThan(200);
    expect(mixed.bytes.length).toBeLessThan(plain.bytes.length * 0.95);
    expect(await apply(mixed.bytes)).toEqual(after);
  });

  it('is mixed as far as that is allowed, the shortest streams first', async () => {
    const some = await write(before, after, { mostMixed: 300 });
    expect(some.mixed).toBeGreaterThan(0);
    expect(some.mixed).toBeLessThanOrEqual(300);
    expect(await apply(some.bytes)).toEqual(after);
  });

  it('comes back whichever of its streams are mixed', async () => {
    const start = lines((at) => `${at}`);
    await fc.assert(
      fc.asyncProperty(editsOf(start), fc.nat({ max: 600 }), async (edited, mostMixed) => {
        const { bytes } = await write(start, edited, { mostMixed });
        expect(await apply(bytes, start, edited.length)).toEqual(edited);
      }),
      { numRuns: 25 },
    );
  });

  it('does not ask for more work than what it makes is worth', async () => {
    // One new byte of a section that has 2^18 + 2 literals, all mixed into five bytes.
    const header = [0, 0x80, 0x01, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0x82, 0x80, 0x10, 5];
    const hostile = Uint8Array.of(0x42, 0x50, 0x44, 0x31, 0, 1, header.length, ...header, 0, 0, 0, 0, 0);
    const made = collect(applyDifference([], bytesOf(hostile), 1), 1, 'it');
    await expect(made).rejects.toThrow('more bytes of its streams are mixed than may be');
  });

  it('is refused where less is mixed than it has', async () => {
    const { bytes, mixed } = await write(before, after);
    const made = applyDifference([randomAccessOf(before)], bytesOf(bytes), after.length, {
      mixed: mixed - 1,
    });
    await expect(collect(made, 1 << 20, 'it')).rejects.toThrow('mixed than may be');
  });

  it('is refused or makes other bytes wherever it is damaged', async () => {
    const [text, levelled] = [await write(before, after), await write(classOf(3), classOf(7))];
    expect(levelled.mixed).toBeGreaterThan(0);
    const goods = [
      { good: text.bytes, base: before, size: after.length },
      { good: levelled.bytes, base: classOf(3), size: classOf(7).length },
    ] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...goods),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        damageIsHarmless,
      ),
      fuzzRuns(600),
    );
  });
});

interface Good {
  readonly good: Uint8Array;
  readonly base: Uint8Array;
  readonly size: number;
}

async function damageIsHarmless({ good, base, size }: Good, place: number, change: number): Promise<void> {
  const bad = good.slice();
  const at = place % bad.length;
  bad[at] = (bad[at] as number) ^ change;
  const made = await apply(bad, base, size).catch((error: BlockPackError) => error);
  if (made instanceof Uint8Array) expect(made.length).toBe(size);
  else expect(made).toMatchObject({ code: 'DELTA_INVALID' });
}

async function write(base: Uint8Array, content: Uint8Array, options: DifferenceOptions = {}) {
  let mixed = 0;
  const onMixing = (bytes: number): void => {
    mixed += bytes;
  };
  const contents = [{ content: randomAccessOf(content), base: 0 }];
  const difference = writeDifference([randomAccessOf(base)], contents, { ...options, onMixing });
  return { bytes: await collect(difference, 1 << 20, 'the difference'), mixed };
}

function apply(difference: Uint8Array, base = before, size = after.length): Promise<Uint8Array> {
  return collect(applyDifference([randomAccessOf(base)], bytesOf(difference), size), 1 << 20, 'it');
}

function lines(line: (at: number) => string): Uint8Array {
  return new TextEncoder().encode(Array.from({ length: 100 }, (_, at) => line(at)).join(''));
}

/** A class file with texts, so that each stream of constants has something. */
function classOf(first: number): Uint8Array {
  const fake = new FakeClass();
  for (let at = first; at < first + 60; at++) fake.string(`a text ${at * at} of many`);
  return fake.bytes('a/Texts');
}

/** The bytes with some others put over them. */
function editsOf(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  return fc.array(fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 40 })), { maxLength: 12 }).map((edits) => {
    const edited = Buffer.from(bytes);
    for (const [at, others] of edits) edited.set(others.subarray(0, 40), at % (edited.length - 40));
    return new Uint8Array(edited);
  });
}
