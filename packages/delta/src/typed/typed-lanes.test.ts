import { expect, test } from 'vitest';
import { TypedLanes } from './typed-lanes.ts';

test('another section is taken apart when one is packed, or when the lanes have little left', async () => {
  const lanes = new TypedLanes();
  const ends: (() => void)[] = [];
  const pack = (bytes: number) =>
    lanes.parts.next(bytes, () => new Promise<void>((resolve) => ends.push(resolve)));
  const events: string[] = [];
  const ready = (event: string) => lanes.ready().then(() => events.push(event));
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  // Of the first section one part is long, and fills a lane.
  const first = [pack(30 << 20), pack(1 << 20)];
  lanes.add(Promise.all(first));
  await ready('one is being packed');
  lanes.add(Promise.all([pack(20 << 20), pack(7 << 20)]));
  ready('little is left');
  await settle();
  expect(events).toEqual(['one is being packed']);
  ends[1]?.();
  await settle();
  expect(events).toEqual(['one is being packed', 'little is left']);

  lanes.add(pack(20 << 20));
  ready('the first is packed');
  await settle();
  expect(events).toHaveLength(2);
  ends[0]?.();
  await settle();
  expect(events.at(-1)).toBe('the first is packed');
});
