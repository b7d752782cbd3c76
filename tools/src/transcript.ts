/** One command of a `console` block in the docs, and what the page says that it prints. */
export interface Step {
  readonly command: string;
  readonly exitCode: number;
  /** Lines; `...` alone stands for any lines, `[..]` for any text within one. */
  readonly output: readonly string[];
  readonly line: number;
}

/**
 * Reads a block such as
 * ```text
 * $ block-pack ls --store nowhere
 * ? 2
 * block-pack: there is no store at [..]
 * ```
 * @param firstLine of the block in its page
 */
export function parseTranscript(text: string, firstLine: number): Step[] {
  const steps: { command: string; exitCode: number; output: string[]; line: number }[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const step = steps.at(-1);
    const exit = /^\? (\d+)$/.exec(line)?.[1];
    if (line.startsWith('$ ')) {
      steps.push({ command: line.slice(2), exitCode: 0, output: [], line: firstLine + index });
    } else if (step?.output.length === 0 && step.command.includes('<<') && line.startsWith('> ')) {
      step.command += `\n${line.slice(2)}`;
    } else if (step === undefined) {
      throw new Error(`line ${firstLine + index}: expected a command behind "$ "`);
    } else if (exit !== undefined && step.output.length === 0) {
      step.exitCode = Number(exit);
    } else {
      step.output.push(line);
    }
  }
  return steps;
}

/** A pattern for the whole output that the lines describe. Space at the end of lines and of the output does not count. */
export function outputPattern(lines: readonly string[]): RegExp {
  const parts = comparable(lines.join('\n'))
    .split('\n')
    .slice(0, -1)
    .map((line) => (line === '...' ? '(?:.*\\n)*?' : `${line.split('[..]').map(literally).join('.*')}\\n`));
  return new RegExp(`^${parts.join('')}$`);
}

export function comparable(output: string): string {
  const text = output.replace(/[ \t]+$/gm, '').trimEnd();
  return text === '' ? '' : `${text}\n`;
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
