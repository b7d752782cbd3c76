import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, inject, it } from 'vitest';

it('the built command has beside it what threads run that make sections, and they answer', async () => {
  const thread = new Worker(join(dirname(inject('cli')), 'section-program.js'));
  const room = new ArrayBuffer(8);
  thread.postMessage({ section: {}, room }, [room]);
  expect(await once(thread, 'message')).toMatchObject([{ isMade: false }]);
  await thread.terminate();
});
