import { statSync } from 'node:fs';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { BlockPackError, exitCodes, type Warning } from '@block-pack/core';
import { CommanderError } from 'commander';
import type { CommandContext, Outcome } from './command.ts';
import type { GlobalOptions } from './command-line/options.ts';
import { type Console, processConsole } from './console.ts';
import { errorDocument, errorExitCode, errorText } from './error-text.ts';
import { createProgram } from './program.ts';
import { progressOn } from './progress.ts';
import { storePlace } from './store-place.ts';
import { printable } from './table.ts';
import { terminalQuestion } from './terminal-question.ts';

/** Raised with every incompatible change of a `--json` document. */
const schemaVersion = 1;

/**
 * Runs one command line and returns its exit code.
 * @param words what stands behind `block-pack`
 */
export async function main(words: readonly string[], version: string): Promise<number> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endWithoutReader);
  let exitCode = 0;
  const program = createProgram(version, async (name, options, command) => {
    exitCode = await runCommand(name, options, command);
  });
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ outputError: (text, write) => write(usageText(text)) });
    const help =
      command === program ? '--help lists all commands' : `${command.name()} --help shows examples`;
    command.showHelpAfterError(`      block-pack ${help}.`);
  }
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has printed its message; help that was asked for is no error.
    if (error.exitCode === 0) return 0;
    if (words.includes('--json')) printUsageDocument(program.args, error);
    return exitCodes.usage;
  }
  return exitCode;
}

function usageText(text: string): string {
  return text
    .split('\n')
    .map((line) => printable(line.replace(/^error: /, 'error ')))
    .join('\n');
}

/** @param words without common options before the command */
function printUsageDocument(words: readonly string[], { message }: CommanderError): void {
  const command = words.find((word) => !word.startsWith('-')) ?? '';
  const error = { code: 'USAGE', message: message.replace(/^error: /, '') };
  process.stdout.write(`${JSON.stringify({ schemaVersion, command, error, warnings: [] }, undefined, 2)}\n`);
}

/** A reader that goes away, such as head, has what it wanted; an output that cannot be written is an error like any other. */
function endWithoutReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') return;
  process.stderr.write(`error Cannot write the output: ${error.message}\n`);
  process.exit(exitCodes.usage);
}

async function runCommand(
  name: string,
  options: GlobalOptions,
  command: (context: CommandContext) => Promise<Outcome>,
): Promise<number> {
  const { stdout, stderr, env } = process;
  const console = processConsole({ stdout, stderr, env, color: options.color });
  const progress = progressOn(console, options.quiet === true);
  const warnings: Warning[] = [];
  const interruption = listenForInterruption();
  const print = (document: Readonly<Record<string, unknown>>) =>
    console.out(`${JSON.stringify({ schemaVersion, command: name, ...document, warnings }, undefined, 2)}\n`);
  try {
    const directory = workingDirectory(options.C);
    const outcome = await command({
      directory,
      storeDirectory: storePlace(options.store, directory, env),
      progress,
      signal: interruption.signal,
      warn: (warning) => void warnings.push(warning),
      ask:
        options.quiet === true || options.json === true
          ? undefined
          : terminalQuestion(process, interruption.signal),
      showRound: async (round) => {
        const outcome = await roundOutcome(round, console);
        progress.end();
        if (options.quiet !== true) showWarnings(warnings.splice(0), console);
        if (typeof outcome === 'string') console.err(outcome);
        else show(outcome, console);
      },
    });
    progress.end();
    if (options.quiet !== true) showWarnings(warnings, console);
    if (options.json === true)
      print({ ...outcome.document, ...(outcome.data === undefined ? {} : { data: outcome.data }) });
    else show(outcome, console);
    return outcome.exitCode;
  } catch (error) {
    progress.end();
    if (options.quiet !== true) showWarnings(warnings, console);
    if (options.json === true) print({ error: errorDocument(error) });
    console.err(errorText(error, console));
    return errorExitCode(error);
  } finally {
    interruption.stop();
  }
}

/** What was found, or how the error reads. */
async function roundOutcome(round: () => Promise<Outcome>, console: Console): Promise<Outcome | string> {
  try {
    return await round();
  } catch (error) {
    if (!(error instanceof BlockPackError) || error.code === 'INTERRUPTED') throw error;
    return errorText(error, console);
  }
}

function workingDirectory(option: string | undefined): string {
  const directory = absolute(option ?? '.');
  if (option !== undefined) checkDirectory(option, directory);
  return directory;
}

function checkDirectory(option: string, path: string): void {
  let cause: unknown;
  try {
    if (statSync(path).isDirectory()) return;
  } catch (error) {
    cause = error;
  }
  throw new BlockPackError('USAGE', `-C ${option} is no directory`, { details: { path }, cause });
}

/** What is relative has no meaning where the directory that we were started in is gone. */
function absolute(path: string): string {
  try {
    return resolve(path);
  } catch (cause) {
    throw new BlockPackError('USAGE', 'The working directory is gone: it was removed, or cannot be read', {
      hint: 'Change into a directory that is there, or name one with an absolute path: -C /path.',
      cause,
    });
  }
}

function show(outcome: Outcome, console: Console): void {
  const text = outcome.text(console);
  if (outcome.data !== undefined) console.out(outcome.data);
  if (outcome.data === undefined) console.out(text);
  else console.err(text);
}

function showWarnings(warnings: readonly Warning[], console: Console): void {
  for (const { message } of warnings) console.err(`${console.bold('warning')} ${printable(message)}\n`);
}

/** The first signal asks the work to stop cleanly; a second one stops it at once. Either way nothing half-written gets a name. */
function listenForInterruption(): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(128 + constants.signals[signal]);
    controller.abort(new BlockPackError('INTERRUPTED', 'Interrupted; nothing was published'));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    stop() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
