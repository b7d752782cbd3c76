import { type Bytes, collect, digestOf, randomAccessOf } from '@block-pack/core';
import { fakeZip } from '@block-pack/core/testing';
import { afterAll, expect, test } from 'vitest';
import { GroupThreads } from './group-threads.ts';
import { type ReadGroupOptions, readGroup } from './read-group.ts';
import { writeGroup } from './write-group.ts';

const limit = 1 << 22;
const keepInner = async (bytes: Uint8Array) => randomAccessOf(bytes);

const threads = new GroupThreads(2);
afterAll(() => threads.close());

function jar(name: string): Uint8Array {
  const content = `${name} `.repeat(500);
  return fakeZip(['a', 'b', 'c'].map((path) => ({ path, content, method: 'deflated' as const })));
}

/** A group of two jars, and what happens to it, in its order. */
async function groupOf(name: string) {
  const jars = [jar(name), jar(`${name}s`)];
  const blocks = jars.map((one) => ({ kind: 'file' as const, content: randomAccessOf(one), bases: [] }));
  const { payload, written } = await writeGroup(blocks, [], 'typed', { keepInner });
  const bytes = await collect(payload, limit, 'the payload');
  const facts = written();
  const events: string[] = [];
  const payloadOf = async function* (length: number): Bytes {
    yield bytes.subarray(0, length);
    events.push('read');
  };
  const keep = async (at: number, content: Bytes) => {
    const made = digestOf(await collect(content, limit, 'a block'));
    events.push(made === digestOf(jars[at] ?? bytes) ? `block ${at}` : 'another block');
  };
  const sized = facts.blocks.map((one, at) => ({ ...one, size: jars[at]?.length ?? 0 }));
  const group = { ...facts, encoding: 'typed', blocks: sized, keep, keepInner } as const;
  const read = (options: Partial<ReadGroupOptions>, length?: number) =>
    readGroup(payloadOf(length ?? bytes.length), [], { ...group, ...options });
  return { events, read };
}

test('a group tells when its contents are made, before its blocks are', async () => {
  const { events, read } = await groupOf('first');
  await read({ threads, onRead: () => events.push('made') });
  expect(events).toEqual(['read', 'made', 'block 0', 'block 1']);
});

test('without threads it does not, since contents are made until the end', async () => {
  const { events, read } = await groupOf('first');
  await read({ onRead: () => events.push('made') });
  expect(events).toEqual(['block 0', 'block 1', 'read']);
});

test('a group that is begun before its turn keeps its blocks behind those of the one before', async () => {
  const [first, second] = await Promise.all(['first', 'second'].map(groupOf));
  let begin = (): void => {};
  const isRead = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const turn = first?.read({ threads, onRead: begin }).then(() => second?.events.push('turn'));
  await isRead;
  expect(first?.events).toEqual(['read']);
  await second?.read({ threads, turn });
  expect(first?.events).toEqual(['read', 'block 0', 'block 1']);
  expect(second?.events).toEqual(['turn', 'read', 'block 0', 'block 1']);
});

test('what is wrong with a group is said at its turn, or what is wrong with the one before', async () => {
  const { events, read } = await groupOf('first');
  const later = new Promise((resolve) => setTimeout(resolve, 50));
  const turn = later.then(() => events.push('turn'));
  await read({ turn }, 9).catch(({ message }: Error) => events.push(message));
  expect(events).toEqual(['read', 'turn', expect.stringContaining('it ends too early')]);
  const refused = read({ turn: Promise.reject(new Error('the one before')) }, 9);
  await expect(refused).rejects.toThrow('the one before');
});
