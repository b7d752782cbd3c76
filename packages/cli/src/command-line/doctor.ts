import { type Command, Option } from 'commander';
import type { DoctorCommandOptions } from '../commands/doctor.ts';
import { ecosystems } from '../doctor/ecosystems.ts';
import { collect, type GlobalOptions, type Run, withExamples, withGlobalOptions } from './options.ts';

export function addDoctor(program: Command, run: Run): void {
  const command = program
    .command('doctor')
    .summary('say what of an input would differ on another machine, and why')
    .description(
      'Looks through all that java, npm, python or files would pack of an input, and explains what is not the same wherever it is built: paths of this machine, native builds, times in jars, links that lead out, names that fall together, content that is not as published, missing locks; and what the packer takes away for that reason. Writes no import manifest. Exit code 1 when something that is packed differs or may differ.',
    )
    .argument('[input]', 'a directory or archive, as the packing commands take it', '.')
    .addOption(
      new Option('--packer <name>', 'who packs it (default: as recognised by what lies inside)').choices(
        ecosystems,
      ),
    )
    .option(
      '--check',
      'also pack two copies in other directories, under other umask, time zone, locale and home, and compare every file of every block',
    )
    .option('--omit <kind>', 'npm: leave out dev, optional or peer dependencies; repeatable', collect)
    .option('--workspace <folder>', 'npm: only what this workspace needs; repeatable', collect)
    .option(
      '--npm-cache [dir]',
      "npm: compare packages with the published tarballs in npm's cache (default: ~/.npm)",
    )
    .option('--tarballs <dir>', 'npm: the same with tarballs in a directory')
    .option('--lock <file>', 'python: what was locked; repeatable', collect)
    .option(
      '--application <name>',
      "java: file name of a jar that is the application's own; * stands for any characters; repeatable",
      collect,
    )
    .option('--exclude <path>', 'files: leave out a file, folder or pattern; repeatable', collect)
    .option('--all', 'show every finding');
  withGlobalOptions(command);
  withExamples(command, [
    ['block-pack doctor', 'the project in this directory'],
    ['block-pack doctor .venv --check', 'a virtual environment; and prove that it packs the same elsewhere'],
    ['block-pack doctor target/lib --json', 'for scripts: every finding with code, path, reason and remedy'],
  ]);
  command.action((input: string, options: DoctorCommandOptions & GlobalOptions) =>
    run('doctor', options, async (context) =>
      (await import('../commands/doctor.ts')).doctor(input, options, context),
    ),
  );
}
