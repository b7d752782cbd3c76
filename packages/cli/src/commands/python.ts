import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { BlockPackError, type Packer, zipDirectory } from '@block-pack/core';
import { createPythonPacker, type PythonPlacement, readLock } from '@block-pack/python';
import { OpenFiles } from '@block-pack/store';
import type { CommandContext } from '../command.ts';
import { readEvidenceText } from '../evidence-text.ts';
import { tellingSecrets } from '../likely-secrets.ts';
import { type InputView, type PackOutcome, type PackRunOptions, runPack, wholeInput } from '../pack-run.ts';
import { parsePrefix } from '../prefix.ts';
import { type Interpreter, startInterpreter } from '../python-interpreter.ts';

export interface PythonCommandOptions extends PackRunOptions {
  readonly prefix?: string;
  readonly python?: string;
  readonly lock?: readonly string[];
  readonly pyc?: 'drop' | 'unchecked-hash';
  /** The interpreter that compiles; by default the environment's own. */
  readonly pycPython?: string;
}

const lockHint =
  'Give a uv.lock, poetry.lock, pdm.lock, Pipfile.lock, pylock.toml, or requirements with hashes.';

/** Blocks are cut 8 at a time, and more interpreters than that half of them would wait for work. */
const processesAtMost = 4;

export const pythonView: InputView = {
  ...wholeInput,
  expected:
    'Expected a virtual environment, the directory of pip install --target, or a directory of wheels.',
};

export async function python(
  input: string,
  options: PythonCommandOptions,
  context: CommandContext,
): Promise<PackOutcome> {
  const { packer, close } = pythonPackerFor(input, options, context);
  try {
    return await runPack(tellingSecrets(packer), [input], options, context, pythonView);
  } finally {
    await close();
  }
}

/** The packer, and what it has open until it is closed. */
export function pythonPackerFor(
  input: string,
  options: PythonCommandOptions,
  context: CommandContext,
): { readonly packer: Packer<PythonPlacement>; close(): Promise<void> } {
  const wheels = new OpenFiles();
  const compilers = new Compilers(input, options, context);
  const packer = createPythonPacker({
    prefix: parsePrefix(options.prefix),
    python: options.python,
    locks: (options.lock ?? []).map((file) => readLock(readEvidenceText(file, lockHint, context), file)),
    openWheel: async ({ path }) => {
      const { bytes, entry } = wheels.find(join(resolve(context.directory, input), path));
      return await zipDirectory(bytes, entry, path);
    },
    openCompiler: options.pyc === 'unchecked-hash' ? (own) => compilers.open(own) : undefined,
  });
  const close = async () => {
    wheels.close();
    await compilers.close();
  };
  return { packer, close };
}

/** The interpreter that compiles, from when the packer asks for it until the pack has ended. */
class Compilers {
  readonly #input: string;
  readonly #program: string | undefined;
  readonly #context: CommandContext;
  readonly #started: Interpreter[] = [];

  /** @throws USAGE */
  constructor(input: string, { pyc, pycPython }: PythonCommandOptions, context: CommandContext) {
    this.#input = input;
    this.#program = pycPython;
    this.#context = context;
    if (pycPython === undefined || pyc === 'unchecked-hash') return;
    throw new BlockPackError('USAGE', '--pyc-python says who compiles, but nothing is to be compiled', {
      hint: 'Add --pyc unchecked-hash.',
    });
  }

  async open(own: string | undefined): Promise<Interpreter> {
    const { directory, signal } = this.#context;
    const program = this.#program ?? (own && join(this.#input, own));
    if (program === undefined)
      throw new BlockPackError('USAGE', `${this.#input} has no interpreter that can compile its modules`, {
        hint: 'Name one of the version that the image has: --pyc-python python3.11.',
        details: { path: this.#input },
      });
    // A bare name is looked for in the PATH.
    const isPath = /[/\\]/.test(program);
    const started = await startInterpreter(isPath ? resolve(directory, program) : program, {
      directory,
      signal,
      processes: Math.min(availableParallelism(), processesAtMost),
    });
    this.#started.push(started);
    return started;
  }

  async close(): Promise<void> {
    for (const one of this.#started) await one.close();
  }
}
