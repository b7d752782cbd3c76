import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { checkSignal } from '@block-pack/core';
import { bytecodeProgram } from './bytecode-program.ts';

/** Bytes; the bytecode of the largest real modules has 12 MB. */
const bytecodeLimit = 128 << 20;
const greetingLimit = 4096;

/** Characters that are kept of what an interpreter says before it fails. */
const lastWordsLimit = 2000;

export interface PythonProcessOptions {
  /** Where it is started. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** A running interpreter, which answers one request after the other. It must be killed. */
export class PythonProcess {
  readonly #signal: AbortSignal;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #output: AsyncIterator<Buffer>;
  readonly #ended: Promise<string>;
  #unread: Buffer = Buffer.alloc(0);
  #lastWords = '';
  #isUnderstood = true;
  /** Answers come in the order of the requests. */
  #lastAnswer: Promise<unknown>;
  #pending = 0;
  /** Who it says it is; undefined when it does not say. */
  readonly greeting: Promise<Buffer | undefined>;

  constructor(program: string, { directory, signal }: PythonProcessOptions) {
    this.#signal = signal;
    // -I would have it take no seed for its hashes, so the variables that it heeds are taken away instead.
    this.#child = spawn(program, ['-S', '-B', '-W', 'ignore', '-c', bytecodeProgram], {
      cwd: directory,
      env: { ...withoutPython(process.env), PYTHONHASHSEED: '0' },
      // Ctrl-C is for us to hear, who then end it.
      detached: process.platform !== 'win32',
      windowsHide: true,
      signal,
      killSignal: 'SIGKILL',
    });
    this.#output = this.#child.stdout[Symbol.asyncIterator]();
    // An interruption is told as an error at once, and only its close says that the process is gone.
    let reason: string | undefined;
    this.#child.on('error', (error: NodeJS.ErrnoException) => {
      reason = reasonOf(error);
    });
    this.#ended = new Promise((resolve) => {
      this.#child.on('close', (code, killer) => resolve(reason ?? killer ?? `exit code ${code}`));
    });
    // That it does not listen any more is told by the answer that does not come.
    this.#child.stdin.on('error', () => {});
    this.#child.stderr.on('data', (text) => {
      this.#lastWords = `${this.#lastWords}${text}`.slice(-lastWordsLimit);
    });
    this.greeting = this.#answer(greetingLimit);
    this.#lastAnswer = this.greeting;
  }

  /** Requests that it has not answered yet. */
  get pending(): number {
    return this.#pending;
  }

  /** Undefined when no answer comes, or none that can be true. */
  async ask(request: Buffer): Promise<Buffer | undefined> {
    this.#pending++;
    this.#child.stdin.write(request);
    const answer = this.#lastAnswer.then(() => this.#answer(bytecodeLimit));
    this.#lastAnswer = answer;
    try {
      return await answer;
    } finally {
      this.#pending--;
    }
  }

  async #answer(limit: number): Promise<Buffer | undefined> {
    const length = (await this.#take(4))?.readUInt32BE();
    if (length === undefined) return undefined;
    if (length <= limit) return await this.#take(length);
    this.#isUnderstood = false;
    await this.kill();
    return undefined;
  }

  async #take(length: number): Promise<Buffer | undefined> {
    if (!this.#isUnderstood) return undefined;
    const pieces = [this.#unread];
    let size = this.#unread.length;
    while (size < length) {
      const next = await this.#output.next();
      if (next.done === true) return undefined;
      pieces.push(next.value);
      size += next.value.length;
    }
    const all = pieces.length === 1 ? this.#unread : Buffer.concat(pieces, size);
    this.#unread = all.subarray(length);
    return all.subarray(0, length);
  }

  /** How it ended, for messages. @throws INTERRUPTED */
  async end(): Promise<string> {
    const end = await this.#ended;
    checkSignal(this.#signal);
    if (!this.#isUnderstood) return 'it answers something else than it was asked';
    const lastLine = this.#lastWords.trim().split('\n').at(-1);
    return lastLine ? `${lastLine} (${end})` : end;
  }

  async kill(): Promise<void> {
    const { stdin, stdout, stderr } = this.#child;
    this.#child.kill('SIGKILL');
    // What it has said and nobody has read would keep it from being closed.
    for (const stream of [stdin, stdout, stderr]) stream.destroy();
    await this.#ended;
  }
}

function withoutPython(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !/^(PYTHON|__PYVENV)/.test(name)));
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  return code === 'ENOENT' || code === 'ENOTDIR' ? 'there is no such program' : message;
}
