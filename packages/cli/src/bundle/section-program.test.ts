import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, inject, it } from 'vitest';

const thread = new Worker(join(dirname(inject('cli')), 'section-program.js'));
afterAll(() => thread.terminate());

describe('what threads run that make sections', () => {
  it('stands beside the built command, and makes one section after the other', async () => {
    for (const text of ['one', 'and another']) {
      const { isMade, room } = await answerTo(sectionOf(Buffer.from(text)));
      expect({ isMade, text: Buffer.from(room, 0, text.length).toString() }).toEqual({ isMade: true, text });
    }
  });

  it('says of a section that cannot be made that it is not', async () => {
    const none = { ...sectionOf(Buffer.from('none')), length: 5 };
    expect(await answerTo(none)).toMatchObject({ isMade: false });
    expect(await answerTo({})).toMatchObject({ isMade: false });
  });
});

it('what a thread runs that begins with an update while older blocks are opened stands there, too', async () => {
  const workerData = { lengths: {} };
  const early = new Worker(join(dirname(inject('cli')), 'early-program.js'), { workerData });
  expect(await once(early, 'message')).toEqual([undefined]);
});

async function answerTo(section: unknown): Promise<{ readonly room: ArrayBuffer; readonly isMade: boolean }> {
  const room = new ArrayBuffer(16);
  thread.postMessage({ section, room }, [room]);
  const [answer] = await once(thread, 'message');
  return answer;
}

/** Of bytes that are no class file: the second of 79 streams, as it is. */
function sectionOf(others: Uint8Array) {
  const { length } = others;
  const raw = Array.from({ length: 79 }, (_, place) => (place === 1 ? length : 0));
  const streams = {
    raw,
    mixed: new Set<number>(),
    early: new Set<number>(),
    parts: [{ raw: length, packed: length }],
  };
  return { length, mixed: new Set<number>(), streams, parts: [others] };
}
