// What a thread runs that makes sections: a file, since it takes all that is known of class files.
import { parentPort } from 'node:worker_threads';
import { ClassJoiner } from '../class/class-joiner.ts';
import { joinSection } from './packed-section.ts';
import type { SectionAnswer, SectionTask } from './section-threads.ts';

const classes = ClassJoiner.take();

parentPort?.on('message', ({ section, room }: SectionTask) => {
  const answer: SectionAnswer = { room, isMade: isMade(section, new Uint8Array(room)) };
  parentPort?.postMessage(answer, [room]);
});

/** What is wrong with a section is seen by the thread that has it: it makes it once more. */
function isMade(section: SectionTask['section'], room: Uint8Array): boolean {
  try {
    const made = joinSection(section, classes, () => room);
    if (made.buffer !== room.buffer) room.set(made);
    return true;
  } catch {
    return false;
  }
}
