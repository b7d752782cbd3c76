import { expect, test } from 'vitest';
import { PackingLanes } from './packing-lanes.ts';

test('parts are packed in the order in which they come, as many at once as there are lanes', async () => {
  const lanes = new PackingLanes(2);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const pack = (part: string) => () => {
    begun.push(part);
    return new Promise<string>((resolve) => ends.set(part, () => resolve(part)));
  };
  const all = ['a', 'b', 'c', 'd'].map((part) => lanes.next(1, pack(part)));
  expect(begun).toEqual(['a', 'b']);
  ends.get('b')?.();
  await all[1];
  expect(begun).toEqual(['a', 'b', 'c']);
  for (const part of ['a', 'c']) ends.get(part)?.();
  await all[2];
  ends.get('d')?.();
  expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd']);
});

test('a part that cannot be packed leaves its lane to the next', async () => {
  const lanes = new PackingLanes(1);
  const failing = lanes.next(1, () => Promise.reject(new Error('no memory')));
  const next = lanes.next(1, async () => 'packed');
  await expect(failing).rejects.toThrow('no memory');
  expect(await next).toBe('packed');
});
