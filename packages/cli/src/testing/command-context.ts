import type { CommandContext } from '../command.ts';
import type { Workplace } from './workplace.ts';

/** For commands that a test calls as functions: nobody looks on, or is there to be asked. */
export function contextIn(work: Workplace, storeDirectory: string): CommandContext {
  return {
    directory: work.directory,
    storeDirectory: work.path(storeDirectory),
    progress: { show: () => {}, end: () => {} },
    signal: new AbortController().signal,
    warn: () => {},
    ask: undefined,
    showRound: () => Promise.reject(new Error('it has no rounds')),
  };
}
