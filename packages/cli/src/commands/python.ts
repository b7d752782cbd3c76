import { join, resolve } from 'node:path';
import { type FileEntry, type InputDirectory, zipDirectory } from '@block-pack/core';
import { createPythonPacker, readLock } from '@block-pack/python';
import { openFile } from '@block-pack/store';
import type { CommandContext, Outcome } from '../command.ts';
import { readEvidenceText } from '../evidence-text.ts';
import { type PackRunOptions, runPack } from '../pack-run.ts';
import { parsePrefix } from '../prefix.ts';

export interface PythonCommandOptions extends PackRunOptions {
  readonly prefix?: string;
  readonly python?: string;
  readonly lock?: readonly string[];
}

const lockHint =
  'Give a uv.lock, poetry.lock, pdm.lock, Pipfile.lock, pylock.toml, or requirements with hashes.';

export async function python(
  input: string,
  options: PythonCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  const wheels = new Wheels(resolve(context.directory, input));
  const packer = createPythonPacker({
    prefix: parsePrefix(options.prefix),
    python: options.python,
    locks: (options.lock ?? []).map((file) => readLock(readEvidenceText(file, lockHint, context), file)),
    openWheel: (file) => wheels.open(file),
  });
  try {
    return await runPack(packer, [input], options, context);
  } finally {
    wheels.close();
  }
}

/** Wheels of a directory, open until the pack has ended. */
class Wheels {
  readonly #directory: string;
  readonly #closing: (() => void)[] = [];

  constructor(directory: string) {
    this.#directory = directory;
  }

  async open({ path }: FileEntry): Promise<InputDirectory> {
    const file = openFile(join(this.#directory, path));
    this.#closing.push(() => file.close());
    return zipDirectory(file.bytes, file.entry, path);
  }

  close(): void {
    for (const close of this.#closing) close();
  }
}
