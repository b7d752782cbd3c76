import fc from 'fast-check';
import { expect, it } from 'vitest';
import { alignPools } from './align-pools.ts';
import { type ConstantPool, constantTag, readConstantPool } from './constant-pool.ts';

/** A constant as the bytes of it; what it is made of lies before it. */
type FakeConstant =
  | { readonly tag: 1; readonly text: string }
  | { readonly tag: 3; readonly number: number }
  | { readonly tag: 7 | 12; readonly parts: readonly number[] };

it('equal constants are paired, the first with the first, whatever stands between them', () => {
  fc.assert(
    fc.property(constants(), constants(), (olds, news) => {
      const [old, now] = [poolOf(olds), poolOf(news)];
      expect([...alignPools(old, now)]).toEqual(pairedPlainly(old, now));
    }),
    { numRuns: 200 },
  );
});

/** Few texts, so that many are equal; of one letter, so that none are similar. */
function constants(): fc.Arbitrary<FakeConstant[]> {
  const leaf = fc.oneof(
    fc.record({ tag: fc.constant(1 as const), text: fc.constantFrom('', 'a', 'b', 'c', 'd') }),
    fc.record({ tag: fc.constant(3 as const), number: fc.nat(3) }),
  );
  const parts = fc.array(fc.nat(), { minLength: 2, maxLength: 2 });
  const made = fc.record({ tag: fc.constantFrom(7 as const, 12 as const), parts });
  return fc
    .tuple(fc.array(leaf, { minLength: 1, maxLength: 30 }), fc.array(made, { maxLength: 30 }))
    .map(([leaves, others]) => [
      ...leaves,
      ...others.map(({ tag, parts }) => ({ tag, parts: parts.map((part) => 1 + (part % leaves.length)) })),
    ]);
}

function poolOf(all: readonly FakeConstant[]): ConstantPool {
  const bytes = Buffer.concat([
    Buffer.from([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52, 0, all.length + 1]),
    ...all.map((constant) => Buffer.from([constant.tag, ...bytesBehind(constant)])),
  ]);
  return readConstantPool(bytes, 0, bytes.length);
}

function bytesBehind(constant: FakeConstant): number[] {
  switch (constant.tag) {
    case constantTag.utf8:
      return [0, constant.text.length, ...Buffer.from(constant.text)];
    case constantTag.integer:
      return [0, 0, 0, constant.number];
    default:
      return constant.parts.slice(0, constant.tag === constantTag.class ? 1 : 2).flatMap((part) => [0, part]);
  }
}

/** Each new constant takes the first old one that holds the same and is left. */
function pairedPlainly(old: ConstantPool, now: ConstantPool): number[] {
  const sources = Array.from({ length: now.count }, () => 0);
  const became = new Map<number, number>();
  const tags = [[constantTag.utf8, constantTag.integer], [constantTag.class], [constantTag.nameAndType]];
  for (const level of tags as number[][])
    for (let index = 1; index < now.count; index++) {
      if (!level.includes(now.tags[index] ?? 0)) continue;
      const wanted = said(now, index, (part) => part);
      const source = Array.from({ length: old.count }, (_, at) => at).find(
        (at) => at > 0 && !became.has(at) && said(old, at, (part) => became.get(part) ?? -1) === wanted,
      );
      if (source === undefined) continue;
      sources[index] = source;
      became.set(source, index);
    }
  return sources;
}

function said(
  { bytes, tags, offsets }: ConstantPool,
  index: number,
  became: (part: number) => number,
): string {
  const [tag, at] = [tags[index] ?? 0, offsets[index] ?? 0];
  const two = (offset: number): number => Buffer.from(bytes).readUInt16BE(offset);
  if (tag === constantTag.utf8)
    return `text ${Buffer.from(bytes).toString('latin1', at + 2, at + 2 + two(at))}`;
  if (tag === constantTag.integer) return `number ${two(at)} ${two(at + 2)}`;
  return `${tag} ${became(two(at))} ${tag === constantTag.class ? '' : became(two(at + 2))}`;
}
