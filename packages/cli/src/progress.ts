import type { Console } from './console.ts';

/** Tells how long work goes on: one line that is written over on a terminal, a line now and then in a log, nothing when quiet. */
export interface Progress {
  show(text: string): void;
  /** Takes the line away, so that what follows stands alone. */
  end(): void;
}

const terminalInterval = 100;
const logInterval = 5000;

export function progressOn(console: Console, quiet: boolean): Progress {
  if (quiet) return { show: () => {}, end: () => {} };
  const interval = console.live ? terminalInterval : logInterval;
  let shownAt = Date.now();
  let shown = false;
  return {
    show(text) {
      const now = Date.now();
      if (now - shownAt < interval) return;
      shownAt = now;
      shown = true;
      console.err(console.live ? `\r\u001b[2K${text}` : `${text}\n`);
    },
    end() {
      if (shown && console.live) console.err('\r\u001b[2K');
      shown = false;
    },
  };
}
