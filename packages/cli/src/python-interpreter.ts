import { createHash } from 'node:crypto';
import { BlockPackError } from '@block-pack/core';
import type { BytecodeCompiler } from '@block-pack/python';
import { bytecodeProgram } from './bytecode-program.ts';
import { PythonProcess, type PythonProcessOptions } from './python-process.ts';

export interface InterpreterOptions extends PythonProcessOptions {
  /** How many may run at the same time. */
  readonly processes: number;
}

export interface Interpreter extends BytecodeCompiler {
  /** Ends its processes; it must be called. */
  close(): Promise<void>;
}

/**
 * Starts a Python interpreter, which compiles until it is closed: in one process, and in more when there is work for them. Which of them compiles
 * a module makes no difference to its bytecode.
 * It is asked who it is even where nothing is to be compiled, in 20 ms: behind its name may be a switch between several, so its file does not tell.
 * @param program path of the interpreter, or its name in the PATH
 * @throws USAGE when it is no Python that can do it, INTERRUPTED
 */
export async function startInterpreter(program: string, options: InterpreterOptions): Promise<Interpreter> {
  const first = new PythonProcess(program, options);
  const team = [first];
  const close = async () => {
    await Promise.all(team.map((one) => one.kill()));
  };
  try {
    const greeting = await first.greeting;
    if (greeting === undefined) throw noPython(program, await first.end());
    const [cacheTag = '', ...version] = greeting.toString('utf8').split('\n');
    // It becomes part of file names.
    if (!/^[\w-]{1,40}$/.test(cacheTag)) throw noPython(program, 'it has no name for its bytecode');
    const identity = JSON.stringify([bytecodeProgram, cacheTag, version]);
    return {
      cacheTag,
      stamp: createHash('sha256').update(identity).digest('hex'),
      async compile(source, path) {
        const one = whoeverIsFree(team, program, options);
        const bytecode = await one.ask(request(source, path));
        if (bytecode === undefined) throw failed(program, path, await one.end());
        if (!(await one.greeting)?.equals(greeting))
          throw failed(program, path, 'started again, it is another version');
        return bytecode.length === 0 ? undefined : bytecode;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The process with the least to do: a new one where all have something to do and there may be more. */
function whoeverIsFree(team: PythonProcess[], program: string, options: InterpreterOptions): PythonProcess {
  const [freest] = team.toSorted((a, b) => a.pending - b.pending);
  if (freest !== undefined && (freest.pending === 0 || team.length >= options.processes)) return freest;
  const another = new PythonProcess(program, options);
  team.push(another);
  return another;
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
