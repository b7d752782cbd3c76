import type { Command } from 'commander';
import type { FilesCommandOptions } from '../commands/files.ts';
import { type GlobalOptions, type Run, withExamples, withGlobalOptions, withPackOptions } from './options.ts';

export function addFiles(program: Command, run: Run): void {
  const command = program
    .command('files')
    .summary('pack a directory as it is')
    .description(
      'Makes one block of a directory: for what is no dependency, such as compiled classes, dist, start scripts and configuration.',
    )
    .argument('<dir>', 'the directory, or an archive of it (.zip, .tar, .tar.gz)')
    .option('--prefix <path>', 'where the directory lands in the image', '/app');
  withPackOptions(command, 'files');
  withGlobalOptions(command);
  withExamples(command, [
    ['block-pack files dist --prefix /app/dist', 'the compiled application'],
    ['block-pack files src/main/config --prefix /etc/shop -o config.import', 'its configuration'],
  ]);
  command.action((input: string, options: FilesCommandOptions & GlobalOptions) =>
    run('files', options, async (context) =>
      (await import('../commands/files.ts')).files(input, options, context),
    ),
  );
}
