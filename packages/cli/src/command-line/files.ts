import type { Command } from 'commander';
import type { FilesCommandOptions } from '../commands/files.ts';
import {
  collect,
  type GlobalOptions,
  type Run,
  withExamples,
  withGlobalOptions,
  withPackOptions,
} from './options.ts';

export function addFiles(program: Command, run: Run): void {
  const command = program
    .command('files')
    .summary('pack the files of the application itself')
    .description(
      'Makes one block of a directory, as it is: for what is no dependency, such as compiled classes, dist, start scripts and configuration. Of a project, what the packers of dependencies pack (node_modules, virtual environments), what version control keeps and compiled Python are left out; every pack says what.',
    )
    .argument('<dir>', 'the directory, or an archive of it (.zip, .tar, .tar.gz)')
    .option('--prefix <path>', 'where the directory lands in the image', '/app')
    .option(
      '--exclude <path>',
      'leave out a file or folder of the directory, or what a pattern with *, ? and ** matches; repeatable',
      collect,
    );
  withPackOptions(command, 'files', 'beside the input, or inside it for the working directory');
  withGlobalOptions(command);
  withExamples(command, [
    ['block-pack files . --exclude test', 'a Node.js or Python project, without its dependencies and tests'],
    ["block-pack files . --exclude '**/*.pem'", 'without certificates and keys, wherever they lie'],
    ['block-pack files dist --prefix /app/dist', 'the compiled application'],
    ['block-pack files src/main/config --prefix /etc/shop -o config.import', 'its configuration'],
  ]);
  command.action((input: string, options: FilesCommandOptions & GlobalOptions) =>
    run('files', options, async (context) =>
      (await import('../commands/files.ts')).files(input, options, context),
    ),
  );
}
