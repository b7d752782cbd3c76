import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { findTexts, lookAhead } from './find-text.ts';

async function found(chunks: readonly Buffer[], texts: readonly string[]) {
  const hits: { text: string; before: string; from: string }[] = [];
  const content = (async function* () {
    // One array for all chunks, as readers of disks have it.
    const shared = Buffer.alloc(Math.max(0, ...chunks.map(({ length }) => length)));
    for (const chunk of chunks) {
      chunk.copy(shared);
      yield shared.subarray(0, chunk.length);
    }
  })();
  for await (const { text, before, from } of findTexts(
    content,
    texts.map((text) => Buffer.from(text)),
  ))
    hits.push({ text: text.toString(), before: before.toString('latin1'), from: from.toString('latin1') });
  return hits;
}

function cut(whole: Buffer, lengths: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const length of lengths) {
    chunks.push(whole.subarray(at, at + length));
    at += length;
  }
  return [...chunks, whole.subarray(at)];
}

it('finds every place, with what stands around it, however the content is cut', async () => {
  const piece = fc.constantFrom('/home/me', '/home/', 'me/x', '/', '\0', 'a'.repeat(5000), 'é');
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 12 }),
      fc.array(fc.nat(6000), { maxLength: 8 }),
      async (pieces, lengths) => {
        const whole = Buffer.from(pieces.join(''));
        const text = whole.toString('latin1');
        const expected: { text: string; before: string; from: string }[] = [];
        for (let at = text.indexOf('/home/me'); at !== -1; at = text.indexOf('/home/me', at + 1))
          expected.push({
            text: '/home/me',
            before: text.slice(Math.max(0, at - 8), at),
            from: text.slice(at, at + lookAhead),
          });
        expect(await found(cut(whole, lengths), ['/home/me'])).toEqual(expected);
      },
    ),
    { numRuns: 200 },
  );
});

it('finds several texts, also where one begins another', async () => {
  const hits = await found([Buffer.from('x=/a/b/c')], ['/a', '/a/b']);
  expect(hits.map(({ text }) => text).sort()).toEqual(['/a', '/a/b']);
});
