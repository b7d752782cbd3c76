import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fakeJar } from '@block-pack/core/testing';
import { type CodeBlock, parsePage } from './markdown.ts';
import type { ShownCall } from './shown-calls.ts';
import { comparable, outputPattern, parseTranscript, type Step } from './transcript.ts';
import { type Finding, root } from './workspace.ts';

/** Where the commands of a page run. */
export interface ExamplePlace {
  /** What a command prints: the data, and the errors where it ends with an error. */
  run(command: string): { readonly exitCode: number | null; readonly output: string };
  /** Makes what a comment of the page asks for; most ask for nothing. */
  prepare(comment: string): void;
}

/** The command as it is built of the sources that are tested, for the examples of all pages. */
export class BuiltCommand {
  readonly #directory = mkdtempSync(join(tmpdir(), 'block-pack-built-'));
  readonly #helps = new Map<string, string>();

  constructor() {
    execFileSync(process.execPath, [join(root, 'packages/cli/build.mjs'), this.#directory]);
  }

  get path(): string {
    return join(this.#directory, 'block-pack.js');
  }

  /** What it prints when it is asked for help. @param command empty for the help of all */
  help(command: string): string {
    const known = this.#helps.get(command);
    if (known !== undefined) return known;
    const words = [this.path, ...(command === '' ? [] : [command]), '--help'];
    const { stdout } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    this.#helps.set(command, stdout);
    return stdout;
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** A directory in which the commands of one page run in their order, with `block-pack` and `npx` on the path. */
export class ExampleDirectory implements ExamplePlace {
  readonly path = mkdtempSync(join(tmpdir(), 'block-pack-example-'));

  readonly #env: Readonly<Record<string, string>>;

  /** @param env more than a page's commands find otherwise */
  constructor(command: BuiltCommand, env: Readonly<Record<string, string>> = {}) {
    this.#env = env;
    this.addCommand('block-pack', `exec "${process.execPath}" "${command.path}" "$@"`);
    this.addCommand('npx', 'exec "$@"');
    mkdirSync(join(this.path, 'work'));
  }

  /** @param line of a shell script */
  addCommand(name: string, line: string): void {
    const file = join(this.path, 'bin', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${line}\n`);
    chmodSync(file, 0o755);
  }

  run(command: string): { exitCode: number | null; output: string } {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
      cwd: join(this.path, 'work'),
      encoding: 'utf8',
      env: {
        PATH: `${join(this.path, 'bin')}:${process.env.PATH}`,
        HOME: join(this.path, 'home'),
        NO_COLOR: '1',
        COLUMNS: '100',
        ...this.#env,
      },
    });
    return { exitCode: status, output: status === 0 ? stdout : stdout + stderr };
  }

  /** `jars in target/lib: org.ow2.asm:asm:9.4, ...` puts jars there. */
  prepare(comment: string): void {
    const [, where, list] = /^jars in (\S+): (.+)$/.exec(comment) ?? [];
    if (where === undefined || list === undefined) return;
    for (const coordinates of list.split(/,\s*/)) this.#addJar(where, coordinates);
  }

  /** A jar as Maven names and marks it. @param coordinates `group:artifact:version` */
  #addJar(directory: string, coordinates: string): void {
    const [group, artifact, version] = coordinates.split(':');
    const properties = `groupId=${group}\nartifactId=${artifact}\nversion=${version}\n`;
    const file = join(this.path, 'work', directory, `${artifact}-${version}.jar`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, fakeJar({ [`META-INF/maven/${group}/${artifact}/pom.properties`]: properties }));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** True for a page that shows block-pack at work. */
export function hasExamples(text: string): boolean {
  return parsePage(text).blocks.some(isTranscript) || callsShownIn(text).length > 0;
}

/** Where examples run: in `npm test`, or with all tools of this world in the end-to-end tests. */
export type Stage = 'test' | 'e2e';

/**
 * Runs the page's `console` blocks in their order; a comment of one line is prepared before the blocks below it. A block of `console e2e` runs
 * in the end-to-end tests alone, and with it all others of its page.
 */
export function exampleFindings(
  file: string,
  text: string,
  place: ExamplePlace,
  stage: Stage = 'test',
): Finding[] {
  const { blocks, comments } = parsePage(text);
  const run = blocks.filter((block) => isTranscript(block) && (stage === 'e2e' || !isForEndToEnd(block)));
  const pieces = [...run, ...comments].sort((a, b) => a.line - b.line);
  return pieces.flatMap((piece) => {
    if ('language' in piece)
      return parseTranscript(piece.text, piece.line).flatMap((step) => stepFindings(file, step, place));
    place.prepare(piece.text);
    return [];
  });
}

/** True for a page that the end-to-end tests run. */
export function wantsEndToEnd(text: string): boolean {
  return parsePage(text).blocks.some(isForEndToEnd);
}

function isTranscript({ language }: CodeBlock): boolean {
  return language === 'console';
}

function isForEndToEnd({ language, info }: CodeBlock): boolean {
  return language === 'console' && info === 'e2e';
}

function stepFindings(file: string, step: Step, place: ExamplePlace): Finding[] {
  const { exitCode, output } = place.run(step.command);
  const said = comparable(output);
  if (exitCode !== step.exitCode)
    return [{ file, line: step.line, message: `ended with ${exitCode}, not ${step.exitCode}:\n${said}` }];
  if (outputPattern(step.output).test(said)) return [];
  return [{ file, line: step.line, message: `${step.command} prints something else:\n${said}` }];
}

/** Calls that a page shows in `sh` blocks without running them: what they need is not at hand in a test. */
function callsShownIn(text: string): { line: number; words: string[] }[] {
  return parsePage(text)
    .blocks.filter(({ language }) => ['sh', 'bash', 'shell'].includes(language))
    .flatMap((block) =>
      block.text.split('\n').flatMap((content, index) => {
        const call = /^(?:\$ )?(?:npx )?block-pack (.*?)(?:\s+#.*)?$/.exec(content)?.[1];
        return call === undefined ? [] : [{ line: block.line + index, words: call.split(/\s+/) }];
      }),
    );
}

/** Shown calls of the guide that nothing runs, and rows of the table for what is not shown, or is run nowhere. */
export function unheldFindings(
  pages: ReadonlyMap<string, string>,
  table: readonly ShownCall[],
  read: (file: string) => string | undefined,
): Finding[] {
  const shown = [...pages].flatMap(([file, text]) =>
    callsShownIn(text).map(({ line, words }) => ({ file, line, call: `block-pack ${words.join(' ')}` })),
  );
  const isSame = (a: { file: string; call: string }, b: { file: string; call: string }) =>
    a.file === b.file && a.call === b.call;
  const unheld = shown
    .filter((one) => !table.some((row) => isSame(row, one)))
    .map(({ file, line, call }) => ({
      file,
      line,
      message: `${call} is run by no test: make it a block of console or console e2e, or add it to tools/src/shown-calls.ts`,
    }));
  const idle = table
    .filter((row) => !shown.some((one) => isSame(row, one)))
    .map(({ file, call }) => ({
      file,
      line: 1,
      message: `${call} of tools/src/shown-calls.ts is not shown`,
    }));
  return [...unheld, ...idle, ...table.flatMap((row) => testFindings(row, read(row.test)))];
}

function testFindings({ file, call, test }: ShownCall, text: string | undefined): Finding[] {
  const words = call.split(' ').slice(1);
  const [command = '', ...rest] = words;
  const missing = [command, ...rest.filter((word) => word.startsWith('-'))].filter(
    (word) => !says(text ?? '', word),
  );
  return missing.map((word) => ({ file, line: 1, message: `${call}: ${test} says nothing of ${word}` }));
}

/** Whether a word stands in a text by itself, not as a part of a longer one. */
function says(text: string, word: string): boolean {
  return new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(text);
}

/** Options of shown calls that the command's help does not know. */
export function callFindings(file: string, text: string, help: (command: string) => string): Finding[] {
  return callsShownIn(text).flatMap(({ line, words }) => {
    const [command = '', ...rest] = words[0]?.startsWith('-') ? ['', ...words] : words;
    const known = help(command);
    const options = rest.map((word) => word.split('=')[0] ?? '').filter((word) => /^--?[a-zA-Z]/.test(word));
    return options
      .filter((option) => !says(known, option))
      .map((option) => ({ file, line, message: `block-pack ${command} has no option ${option}` }));
  });
}
