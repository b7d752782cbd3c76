import type { Warning } from '@block-pack/core';
import type { Console } from './console.ts';
import type { Progress } from './progress.ts';

/** What every command is given beside its own arguments and options. */
export interface CommandContext {
  /** The directory that relative paths of the call refer to (`-C`). */
  readonly directory: string;
  /** Where blobs are kept (`--store`, `$BLOCK_PACK_STORE`, or the user's cache). */
  readonly storeDirectory: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  warn(warning: Warning): void;
  /** Asks on the terminal and gives the answer; undefined where nobody is there to be asked. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  /** Shows what one round of a command that goes on found, also where it failed; only a fault of ours and an interruption end it. */
  showRound(round: () => Promise<Outcome>): Promise<void>;
}

/** What a command found. Commands print nothing: `main` shows either the text or the document. */
export interface Outcome {
  /** The `--json` document, less the fields that all documents share; specified in `schema/`. */
  readonly document: Readonly<Record<string, unknown>>;
  /** For people. */
  text(console: Console): string;
  readonly exitCode: number;
  /** Set where stdout is data of the command's own, such as a manifest; the text then goes to stderr. */
  readonly data?: string;
}
