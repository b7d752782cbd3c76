import type { Command } from 'commander';
import type { OutputOptions } from '../image/image-form.ts';
import { type GlobalOptions, type Run, withExamples, withGlobalOptions } from './options.ts';

export function addConvert(program: Command, run: Run): void {
  const command = program
    .command('convert')
    .summary('bring an image of ours into its other form')
    .description(
      'Makes the native form of a standard image, or the standard form of a native one, without loss: converted back, it is the same image with the same digest. A native image names its blocks beside its layers; a standard one holds them in layers, as every runtime takes it.',
    )
    .argument(
      '<image>',
      'the place of the image: oci:DIR[:tag], oci-archive:FILE[:tag] or docker-archive:FILE',
    )
    .requiredOption('--form <form>', 'native or standard')
    .requiredOption('-o, --output <place>', 'where the image goes')
    .option('--tag <name>', 'name of the image in the store (default: from the output)');
  withGlobalOptions(command);
  withExamples(command, [
    [
      'block-pack convert oci:shop:1.0 --form native -o oci:shop:1.0-native',
      'the same image, blocks beside the layers',
    ],
    [
      'block-pack convert oci:shop:1.0-native --form standard -o oci:again:1.0',
      'and back: the digest is that of shop:1.0',
    ],
  ]);
  command.action((image: string, options: OutputOptions & GlobalOptions) =>
    run('convert', options, async (context) =>
      (await import('../commands/convert.ts')).convert(image, options, context),
    ),
  );
}
