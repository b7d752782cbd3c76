import { bytesOf, collect, randomAccessOf } from '@block-pack/core';
import { fakeClassOfCalls, fakeJar } from '@block-pack/core/testing';
import { expect, test } from 'vitest';
import type { GroupBlock } from './old-block.ts';
import { readGroup } from './read-group.ts';
import { type GroupEncoding, writeGroup } from './write-group.ts';

const limit = 1 << 20;
const keepInner = async (bytes: Uint8Array) => randomAccessOf(bytes);

async function send(content: string | Uint8Array, old: string | Uint8Array) {
  const jar = fakeJar({ 'a/A.class': content });
  const olds = [{ kind: 'file', content: randomAccessOf(fakeJar({ 'a/A.class': old })) } as const];
  return transfer(jar, olds, 'delta');
}

async function transfer(jar: Uint8Array, olds: readonly GroupBlock[], encoding: GroupEncoding) {
  const block = { kind: 'file', content: randomAccessOf(jar), bases: olds.map((_, at) => at) } as const;
  const writing = await writeGroup([block], olds, encoding, { keepInner });
  const payload = await collect(writing.payload, limit, 'the payload');
  const written = writing.written();
  const receive = async (encoding: GroupEncoding | 'class') => {
    let made: Uint8Array | undefined;
    await readGroup(bytesOf(payload), olds, {
      encoding,
      skeleton: written.skeleton,
      blocks: written.blocks.map((one) => ({ ...one, size: jar.length })),
      keepInner,
      keep: async (_, bytes) => {
        made = new Uint8Array(await collect(bytes, limit, 'the jar'));
      },
    });
    return made;
  };
  return { jar, written, receive };
}

test('a jar with changed class files says so in its encoding, and a reader of plain changes refuses it', async () => {
  const { jar, written, receive } = await send(fakeClassOfCalls('new'), fakeClassOfCalls());
  expect(written.encoding).toBe('class');
  expect(await receive('class')).toEqual(jar);
  await expect(receive('delta')).rejects.toMatchObject({ code: 'DELTA_INVALID' });
});

test('a jar whose class files are none travels as plain changes', async () => {
  const { jar, written, receive } = await send('a new text', 'an old text');
  expect(written.encoding).toBe('delta');
  expect(await receive('delta')).toEqual(jar);
});

test('new jars travel with their class files taken apart, and a reader of other contents refuses them', async () => {
  const jar = fakeJar({
    'a/A.class': fakeClassOfCalls(),
    'b.txt': 'a text',
    'a/B.class': fakeClassOfCalls('another'),
  });
  const { written, receive } = await transfer(jar, [], 'typed');
  expect(written.encoding).toBe('typed');
  expect(await receive('typed')).toEqual(jar);
  for (const other of ['delta', 'class', 'inflated'] as const)
    await expect(receive(other)).rejects.toMatchObject({ code: 'DELTA_INVALID' });
});
