import { BlockPackError, bugExitCode } from '@block-pack/core';
import type { Console } from './console.ts';
import { printable } from './table.ts';

/** How an error reads: what was seen and where, then the next step. A fault of ours shows its stack and says where to report it. */
export function errorText(error: unknown, console: Console): string {
  if (!(error instanceof BlockPackError)) return bugText(error, console);
  const lines = [`${console.bold('error')} ${printable(error.message)}`];
  if (error.hint !== undefined) lines.push(`      ${printable(error.hint)}`);
  for (const reason of causes(error)) lines.push(console.dim(`      because: ${printable(reason)}`));
  return `${lines.join('\n')}\n`;
}

function bugText(error: unknown, console: Console): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    `${console.bold('error')} This is a fault in block-pack, not in what you gave it.`,
    '      Please report it with the lines below and, if you can, the command and its input.',
    stack,
    '',
  ].join('\n');
}

function causes(error: Error): string[] {
  const reasons: string[] = [];
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    if (!error.message.includes(cause.message)) reasons.push(cause.message);
  }
  return reasons;
}

export function errorDocument(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof BlockPackError)) return { code: 'BUG', message: String(error) };
  const { code, message, hint, details } = error;
  return { code, message, ...(hint === undefined ? {} : { hint }), details };
}

export function errorExitCode(error: unknown): number {
  return error instanceof BlockPackError ? error.exitCode : bugExitCode;
}
