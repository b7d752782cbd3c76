import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { BlockPackError, checkSignal } from '@block-pack/core';
import type { BytecodeCompiler } from '@block-pack/python';
import { bytecodeProgram } from './bytecode-program.ts';

/** Bytes; the bytecode of the largest real modules has 12 MB. */
const bytecodeLimit = 128 << 20;
const greetingLimit = 4096;

/** Characters that are kept of what an interpreter says before it fails. */
const lastWordsLimit = 2000;

export interface InterpreterOptions {
  /** Where it is started. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

export interface Interpreter extends BytecodeCompiler {
  /** Ends the process; it must be called. */
  close(): Promise<void>;
}

/**
 * Starts a Python interpreter, in one process that compiles until it is closed.
 * It is asked who it is even where nothing is to be compiled, in 20 ms: behind its name may be a switch between several, so its file does not tell.
 * @param program path of the interpreter, or its name in the PATH
 * @throws USAGE when it is no Python that can do it, INTERRUPTED
 */
export async function startInterpreter(program: string, options: InterpreterOptions): Promise<Interpreter> {
  const child = new PythonProcess(program, options);
  try {
    const greeting = await child.answer(greetingLimit);
    if (greeting === undefined) throw noPython(program, await child.end());
    const [cacheTag = '', ...version] = greeting.toString('utf8').split('\n');
    // It becomes part of file names.
    if (!/^[\w-]{1,40}$/.test(cacheTag)) throw noPython(program, 'it has no name for its bytecode');
    const identity = JSON.stringify([bytecodeProgram, cacheTag, version]);
    return {
      cacheTag,
      stamp: createHash('sha256').update(identity).digest('hex'),
      async compile(source, path) {
        const bytecode = await child.ask(request(source, path));
        if (bytecode === undefined) throw failed(program, path, await child.end());
        return bytecode.length === 0 ? undefined : bytecode;
      },
      close: () => child.kill(),
    };
  } catch (error) {
    await child.kill();
    throw error;
  }
}

function request(source: Uint8Array, path: string): Buffer {
  const name = Buffer.from(path);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(name.length);
  head.writeUInt32BE(source.length, 4);
  return Buffer.concat([head, name, source]);
}

function noPython(program: string, reason: string): BlockPackError {
  return new BlockPackError('USAGE', `${program} is no Python that can compile the modules: ${reason}`, {
    hint: 'Name one of version 3.7 or later, the version that the image has: --pyc-python python3.11.',
    details: { program },
  });
}

function failed(program: string, path: string, reason: string): BlockPackError {
  return new BlockPackError('INPUT_UNSUPPORTED', `${program} failed on ${path}: ${reason}`, {
    hint: 'See whether it compiles that file by itself (-m py_compile), or pack with --pyc drop.',
    details: { program, path },
  });
}

class PythonProcess {
  readonly #signal: AbortSignal;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #output: AsyncIterator<Buffer>;
  readonly #ended: Promise<string>;
  #unread: Buffer = Buffer.alloc(0);
  #lastWords = '';
  #isUnderstood = true;
  /** Answers come in the order of the requests. */
  #lastAnswer: Promise<unknown> = Promise.resolve();

  constructor(program: string, { directory, signal }: InterpreterOptions) {
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
    this.#ended = new Promise((resolve) => {
      this.#child.on('error', (error: NodeJS.ErrnoException) => resolve(reasonOf(error)));
      this.#child.on('close', (code, killer) => resolve(killer ?? `exit code ${code}`));
    });
    // That it does not listen any more is told by the answer that does not come.
    this.#child.stdin.on('error', () => {});
    this.#child.stderr.on('data', (text) => {
      this.#lastWords = `${this.#lastWords}${text}`.slice(-lastWordsLimit);
    });
  }

  async ask(bytes: Buffer): Promise<Buffer | undefined> {
    this.#child.stdin.write(bytes);
    const answer = this.#lastAnswer.then(() => this.answer(bytecodeLimit));
    this.#lastAnswer = answer;
    return await answer;
  }

  /** Undefined when none comes, or none that can be true. */
  async answer(limit: number): Promise<Buffer | undefined> {
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
