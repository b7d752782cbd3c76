import { join, resolve } from 'node:path';
import { zipDirectory } from '@block-pack/core';
import { createPythonPacker, readLock } from '@block-pack/python';
import { OpenFiles } from '@block-pack/store';
import type { CommandContext, Outcome } from '../command.ts';
import { readEvidenceText } from '../evidence-text.ts';
import { type PackRunOptions, runPack, wholeInput } from '../pack-run.ts';
import { parsePrefix } from '../prefix.ts';

export interface PythonCommandOptions extends PackRunOptions {
  readonly prefix?: string;
  readonly python?: string;
  readonly lock?: readonly string[];
}

const lockHint =
  'Give a uv.lock, poetry.lock, pdm.lock, Pipfile.lock, pylock.toml, or requirements with hashes.';

const expected =
  'Expected a virtual environment, the directory of pip install --target, or a directory of wheels.';

export async function python(
  input: string,
  options: PythonCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  const wheels = new OpenFiles();
  const packer = createPythonPacker({
    prefix: parsePrefix(options.prefix),
    python: options.python,
    locks: (options.lock ?? []).map((file) => readLock(readEvidenceText(file, lockHint, context), file)),
    openWheel: async ({ path }) => {
      const { bytes, entry } = wheels.find(join(resolve(context.directory, input), path));
      return await zipDirectory(bytes, entry, path);
    },
  });
  try {
    return await runPack(packer, [input], options, context, { ...wholeInput, expected });
  } finally {
    wheels.close();
  }
}
