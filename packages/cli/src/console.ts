import { styleText } from 'node:util';

/** The two streams a command may speak on, and what is known of them. Only `main` makes one. */
export interface Console {
  /** Data: what the user asked for. */
  out(text: string): void;
  /** Progress, warnings and errors. */
  err(text: string): void;
  /** True where `err` is a terminal whose last line can be written over. */
  readonly live: boolean;
  /** Characters that a line of this terminal has. */
  readonly columns: number;
  bold(text: string): string;
  dim(text: string): string;
}

export interface ConsoleOptions {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
  readonly color: boolean;
}

export function processConsole({ stdout, stderr, env, color }: ConsoleOptions): Console {
  const colored = color && wantsColor(env, stdout.isTTY === true);
  const style = (format: 'bold' | 'dim') => (text: string) =>
    colored ? styleText(format, text, { validateStream: false }) : text;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    get columns() {
      return stderr.columns || 80;
    },
    live: stderr.isTTY === true && env.TERM !== 'dumb' && env.CI === undefined,
    bold: style('bold'),
    dim: style('dim'),
  };
}

/** As https://no-color.org and https://force-color.org have it. */
function wantsColor(env: NodeJS.ProcessEnv, terminal: boolean): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return terminal && env.TERM !== 'dumb';
}
