import type { Console } from './console.ts';
import { printable } from './table.ts';

/** Tells how long work goes on: one line that is written over on a terminal, a line now and then in a log, nothing when quiet. */
export interface Progress {
  /** @param text what is done, and behind it, from the first digit on, how far */
  show(text: string): void;
  /** Takes the line away, so that what follows stands alone. */
  end(): void;
}

const terminalInterval = 100;
const logInterval = 5000;

export function progressOn(console: Console, quiet: boolean): Progress {
  if (quiet) return { show: () => {}, end: () => {} };
  const interval = console.live ? terminalInterval : logInterval;
  const startedAt = Date.now();
  let shownAt = startedAt;
  let shown = '';
  return {
    show(text) {
      const now = Date.now();
      // What comes next may compute for long before it says more: the line must not go on to name what is over.
      const isOther = console.live && now - startedAt >= interval && deedOf(text) !== deedOf(shown);
      if (now - shownAt < interval && !isOther) return;
      shownAt = now;
      shown = text;
      console.err(console.live ? `\r\u001b[2K${fitting(text, console.columns)}` : `${printable(text)}\n`);
    },
    end() {
      if (shown !== '' && console.live) console.err('\r\u001b[2K');
      shown = '';
    },
  };
}

/** What stands behind it only counts. */
function deedOf(text: string): string {
  return text.replace(/\d.*/s, '');
}

/** A line that the terminal breaks cannot be written over. */
function fitting(text: string, columns: number): string {
  return printable(text).slice(0, Math.max(0, columns - 1));
}
