import type { Command } from 'commander';
import type { ResolveCommandOptions } from '../commands/resolve.ts';
import { type GlobalOptions, type Run, withExamples, withGlobalOptions } from './options.ts';

export function addResolve(program: Command, run: Run): void {
  const command = program
    .command('resolve')
    .summary('make the files of an import manifest again from their blocks')
    .description(
      'Places every file of an import manifest below a directory, byte for byte as it was packed. The directory must not exist or must be empty; it appears whole or not at all.',
    )
    .argument('<manifest>', 'an import manifest, or a tag of the store')
    .argument('<dir>', 'the directory to make')
    .option('--strip <path>', 'image directory whose content goes directly into <dir>')
    .option(
      '--method <method>',
      'reflink, hardlink or copy; auto takes reflink where the file system can, else copy',
      'auto',
    );
  withGlobalOptions(command);
  withExamples(command, [
    ['block-pack resolve block-pack/java.import rootfs', 'makes rootfs/app/lib/...'],
    [
      'block-pack resolve block-pack/java.import lib --strip /app/lib',
      'makes lib/..., the directory that was packed',
    ],
  ]);
  command.action((manifest: string, target: string, options: ResolveCommandOptions & GlobalOptions) =>
    run('resolve', options, async (context) =>
      (await import('../commands/resolve.ts')).resolve(manifest, target, options, context),
    ),
  );
}
