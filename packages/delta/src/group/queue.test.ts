import { expect, test } from 'vitest';
import { Queue } from './queue.ts';

test('gives what it got, in the same order, however many wait', () => {
  const queue = new Queue<number>();
  const given: number[] = [];
  let next = 0;
  for (const [added, taken] of [
    [3000, 1023],
    [1, 1],
    [0, 1],
    [5000, 6000],
    [2, 978],
  ] as const) {
    for (let i = 0; i < added; i++) queue.push(next++);
    for (let i = 0; i < taken; i++) given.push(queue.shift() ?? -1);
    expect(queue.length).toBe(next - given.length);
  }
  expect(given).toStrictEqual(given.map((_, i) => i));
});

test('has nothing to give when it is empty', () => {
  const queue = new Queue<string>();
  expect(queue.shift()).toBeUndefined();
  queue.push('one');
  expect([queue.shift(), queue.shift(), queue.length]).toStrictEqual(['one', undefined, 0]);
});
