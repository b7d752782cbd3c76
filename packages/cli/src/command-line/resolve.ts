import type { Command } from 'commander';
import type { ResolveCommandOptions } from '../commands/resolve.ts';
import { type GlobalOptions, type Run, withExamples, withGlobalOptions } from './options.ts';

export function addResolve(program: Command, run: Run): void {
  const command = program
    .command('resolve')
    .summary('make the files of an import manifest, or of an image')
    .description(
      'Places every file of an import manifest below a directory, byte for byte as it was packed; or makes the root file system of an image, in either form. The directory must not exist or must be empty; it appears whole or not at all.',
    )
    .argument(
      '<what>',
      'an import manifest, a tag of the store, or an image: oci:DIR[:tag], oci-archive:FILE[:tag] or docker-archive:FILE[:name:tag]',
    )
    .argument('<dir>', 'the directory to make')
    .option('--strip <path>', 'of a manifest: image directory whose content goes directly into <dir>')
    .option('--platform <os/arch>', 'of an image for several platforms: which one')
    .option('--rootless', 'of an image: leave out owners and set-id bits, also as root')
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
    ['block-pack resolve oci:shop:1.0 rootfs', 'the root file system of an image'],
    [
      'block-pack resolve docker-archive:shop.tar rootfs --platform linux/arm64 --rootless',
      'of one platform, all files yours',
    ],
  ]);
  command.action((what: string, target: string, options: ResolveCommandOptions & GlobalOptions) =>
    run('resolve', options, async (context) =>
      (await import('../commands/resolve.ts')).resolve(what, target, options, context),
    ),
  );
}
