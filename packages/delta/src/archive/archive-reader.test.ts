import { collect, digestOf, randomAccessOf } from '@block-pack/core';
import { fakeZip } from '@block-pack/core/testing';
import { expect, test } from 'vitest';
import { ArchiveReader } from './archive-reader.ts';
import { readLayout } from './read-layout.ts';

const content = Array.from({ length: 1500 }, (_, i) => `${i} `).join('');

function deflated(path: string, content: string | Uint8Array) {
  return { path, content, method: 'deflated' } as const;
}

test('a part that lies as it is can be read anywhere, and no more of it is read', async () => {
  const zip = randomAccessOf(
    fakeZip([
      { path: 'a', content: 'before' },
      { path: 'b', content: content },
    ]),
  );
  const layout = await readLayout(zip, 'file');
  if (layout === undefined) throw new Error('no layout');
  let bytes = 0;
  const read = (offset: number, length: number) => {
    bytes += length;
    return zip.read(offset, length);
  };
  const part = new ArchiveReader({ size: zip.size, read }, layout).access([1], content.length);
  expect(digestOf(await part.read(5000, 20))).toBe(digestOf(Buffer.from(content).subarray(5000, 5020)));
  expect(bytes).toBe(20);
});

test('an archive inside of another is unpacked once, however its parts are asked for', async () => {
  const inner = (name: string) => deflated(`${name}.jar`, fakeZip([deflated('x', name)]));
  const source = randomAccessOf(fakeZip([inner('a'), inner('b')]));
  const layout = await readLayout(source, 'file');
  if (layout === undefined) throw new Error('no layout');
  let unpacked = 0;
  const reader = new ArchiveReader(source, layout, async (bytes) => {
    unpacked++;
    return randomAccessOf(bytes);
  });
  for (let time = 0; time < 100; time++)
    for (const at of [0, 1]) await collect(reader.content([at, 0]), 10, 'x');
  expect(unpacked).toBe(2);
});
