import { type Command, Option } from 'commander';
import type { PythonCommandOptions } from '../commands/python.ts';
import {
  collect,
  type GlobalOptions,
  type Run,
  withExamples,
  withGlobalOptions,
  withPackOptions,
} from './options.ts';

export function addPython(program: Command, run: Run): void {
  const command = program
    .command('python')
    .summary('pack the distributions of a Python application')
    .description(
      'Cuts installed distributions or wheels into blocks and writes an import manifest.\n\nInputs: a virtual environment (venv, uv), a directory that pip install --target filled, or a directory of wheels; all three give the same blocks.',
    )
    .argument('<dir>', 'the virtual environment, target directory, or directory of wheels')
    .option('--prefix <path>', 'where the modules land in the image (default: /app/site-packages)')
    .option(
      '--python <path>',
      'the interpreter in the image, for which scripts are made (default: /usr/bin/python3)',
    )
    .option(
      '--lock <file>',
      'what was locked: uv.lock, poetry.lock, pdm.lock, Pipfile.lock, pylock.toml, requirements with hashes; repeatable',
      collect,
    )
    .addOption(
      new Option(
        '--pyc <form>',
        'compiled modules: none, or in blocks of their own, in the form that Python takes without a look at the source',
      )
        .choices(['drop', 'unchecked-hash'])
        .default('drop'),
    )
    .option(
      '--pyc-python <program>',
      'the interpreter that compiles, of the version that the image has (default: that of the virtual environment)',
    );
  withPackOptions(command, 'python');
  withGlobalOptions(command);
  withExamples(command, [
    ['block-pack python .venv', 'a virtual environment'],
    [
      'block-pack python wheels --lock uv.lock',
      'wheels that pip download or uv fetched, checked against the lock',
    ],
    [
      'block-pack python target --python /opt/python/bin/python3',
      'pip install --target, for another interpreter',
    ],
    ['block-pack python .venv --pyc unchecked-hash', 'with compiled modules, for containers that start fast'],
  ]);
  command.action((input: string, options: PythonCommandOptions & GlobalOptions) =>
    run('python', options, async (context) =>
      (await import('../commands/python.ts')).python(input, options, context),
    ),
  );
}
