import { FakeClass, u2 } from '@block-pack/core/testing';
import fc from 'fast-check';

/** How a class file is made. */
export interface Shape {
  readonly calls: number;
  readonly first?: string | undefined;
  readonly textsFirst?: boolean;
  readonly line?: number;
  readonly owner?: string;
}

/** Methods that call others, each with a table of lines. */
export function classOf({
  calls,
  first,
  textsFirst = false,
  line = 10,
  owner = 'a/Owner',
}: Shape): Uint8Array {
  const fake = new FakeClass();
  if (first !== undefined) fake.string(first);
  if (textsFirst) for (let i = 0; i < calls; i++) fake.text(`method${i * i}`);
  for (let i = 0; i < calls; i++) {
    const call = fake.member(owner, `method${i * i}`, i % 3 === 0 ? '()V' : '(I)V');
    const code = [0x2a, 0xb6, ...u2(call), 0x12, fake.string('short') & 0xff, 0x57, 0xb1];
    const lines = fake.attribute(
      'LineNumberTable',
      u2(2),
      u2(0),
      u2(line + 3 * i),
      u2(4),
      u2(line + 3 * i + 1),
    );
    fake.method(`own${i}`, '()V', fake.code(code, [], lines));
  }
  fake.add(fake.attribute('SourceFile', u2(fake.text('Own.java'))));
  return fake.bytes('a/Own');
}

export const shapes = fc.record({
  calls: fc.nat({ max: 12 }),
  first: fc.option(fc.string({ maxLength: 8 }), { nil: undefined }),
  textsFirst: fc.boolean(),
  line: fc.nat({ max: 70_000 }),
  owner: fc.constantFrom('a/Owner', 'a/v1/Owner', 'a/v2/Owner', 'b'),
});

/** Bytes to be set, put in or taken out, at places in proportion. */
export const mutations = fc.array(
  fc.record({
    kind: fc.constantFrom('set', 'insert', 'remove'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    value: fc.nat({ max: 255 }),
  }),
  { maxLength: 3 },
);

export function changed(
  bytes: Uint8Array,
  changes: readonly { readonly kind: string; readonly at: number; readonly value: number }[],
): Uint8Array {
  const made = Array.from(bytes);
  for (const { kind, at, value } of changes)
    made.splice(
      Math.floor(at * made.length),
      kind === 'insert' ? 0 : 1,
      ...(kind === 'remove' ? [] : [value]),
    );
  return Uint8Array.from(made);
}
