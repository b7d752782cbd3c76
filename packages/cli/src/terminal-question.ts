import { createInterface } from 'node:readline';
import { checkSignal } from '@block-pack/core';

type Streams = Pick<NodeJS.Process, 'stdin' | 'stderr' | 'env' | 'emit'>;

/** Asks one line; undefined where no person sits at both ends, or a machine that only looks like one. */
export function terminalQuestion(
  { stdin, stderr, env, emit }: Streams,
  signal: AbortSignal,
): ((question: string) => Promise<string>) | undefined {
  if (stdin.isTTY !== true || stderr.isTTY !== true || env.CI !== undefined) return undefined;
  return async (question) => {
    // Data goes to stdout, so questions do not.
    const lines = createInterface({ input: stdin, output: stderr });
    const answer = await new Promise<string>((resolve) => {
      // In a question the terminal's Ctrl-C is a key like any other.
      lines.once('SIGINT', () => {
        emit('SIGINT');
        lines.close();
      });
      lines.once('close', () => resolve(''));
      lines.question(question, resolve);
    });
    lines.close();
    checkSignal(signal);
    return answer.trim();
  };
}
