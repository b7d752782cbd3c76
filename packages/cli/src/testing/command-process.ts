import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inject } from 'vitest';
import type { Answer, Call } from './command-server.ts';
import type { Ran } from './workplace.ts';

/** Milliseconds after which a command hangs. */
const longest = 60_000;

/**
 * Runs the built command's command lines, those of all test files that one worker runs in one process: a command takes some 30 ms then, and 150 ms in a process
 * that starts for it. It ends when nobody can write to it any more.
 * What only a process of its own would show is asked for each time: whether something is left open that would keep it from ending.
 */
class CommandProcess {
  /** Within what is removed when all tests are through. */
  readonly #folder: string;
  readonly #child: ChildProcess;
  #calls = 0;

  constructor(cli: string, server: string) {
    this.#folder = mkdtempSync(join(dirname(server), 'answers-'));
    this.#child = spawn(process.execPath, [server, cli], { stdio: ['pipe', 'ignore', 'inherit'] });
  }

  run(call: Omit<Call, 'answer'>): Ran {
    const answer = join(this.#folder, String(this.#calls++));
    this.#child.stdin?.write(`${JSON.stringify({ ...call, answer })}\n`);
    for (let waited = 0; !existsSync(answer); waited++) {
      if (waited > longest) throw new Error(`no answer to ${call.words.join(' ')}`);
      pause();
    }
    const { fault, ...ran }: Answer = JSON.parse(readFileSync(answer, 'utf8'));
    if (fault !== undefined) throw new Error(`${call.words.join(' ')}: ${fault}\n${ran.stderr}`);
    return ran;
  }
}

/** Tests are written as if calling a command were one step, so this thread waits. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}

let running: CommandProcess | undefined;

/** Runs a command line in the process that this worker has for it. */
export function runCommand(call: Omit<Call, 'answer'>): Ran {
  running ??= new CommandProcess(inject('cli'), inject('server'));
  return running.run(call);
}
