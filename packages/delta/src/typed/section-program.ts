// What a thread runs that makes sections: a file, since it takes all that is known of class files.
import { parentPort } from 'node:worker_threads';
import { joinSection } from './packed-section.ts';
import type { SectionAnswer, SectionTask } from './section-threads.ts';

parentPort?.on('message', ({ section, room }: SectionTask) => {
  const answer: SectionAnswer = { room, isMade: isMade(section, new Uint8Array(room)) };
  parentPort?.postMessage(answer, [room]);
});

/** What is wrong with a section is seen by the thread that has it: it makes it once more. */
function isMade(section: SectionTask['section'], room: Uint8Array): boolean {
  try {
    joinSection(section, room);
    return true;
  } catch {
    return false;
  }
}
