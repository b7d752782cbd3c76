import type { Command } from 'commander';
import type { ImageOptions } from '../image/image-call.ts';
import { collect, type GlobalOptions, type Run, withExamples, withGlobalOptions } from './options.ts';

export function addImage(program: Command, run: Run): void {
  const command = program
    .command('image')
    .summary('make a container image of import manifests')
    .description(
      'Makes an OCI image that every runtime takes: the layers of a base as they are, one layer for each import manifest, and a last one that says what the others were made of. The same input gives the same image, on every machine and every day.',
    )
    .argument(
      '[manifest...]',
      'import manifests, files or tags of the store; NAME=FILE where two have the same packer',
    )
    .requiredOption(
      '-o, --output <place>',
      'where the image goes: oci:DIR[:tag], oci-archive:FILE[:tag] or docker-archive:FILE[:name:tag]',
    )
    .option('--base <place>', 'the image to build upon (default: scratch, which is none)')
    .option(
      '--files <dir:path>',
      'application files, packed as by block-pack files, and where they go; repeatable',
      collect,
    )
    .option(
      '--platform <os/arch>',
      'which images of the base; repeatable; all for all of them; linux/amd64 upon scratch',
      collect,
    )
    .option('--join <place>', 'take in the image of another platform, made apart; repeatable', collect)
    .option(
      '--form <form>',
      'standard, or native: blocks beside the layers, for runtimes that place blocks',
      'standard',
    )
    .option(
      '--encoding <id>',
      'gzip-0, gzip-1, gzip-6 or gzip-auto; fixed for the image for ever (default: by the packer)',
    )
    .option('--replace-base-files', "let imports stand in the place of the base's files")
    .option('--annotation <key=value>', "an annotation of the image's manifest; repeatable", collect)
    .option('--tag <name>', 'name of the image in the store (default: from the output)');
  for (const [flags, meaning, repeatable] of settings) {
    const option = command
      .createOption(flags, repeatable ? `${meaning}; repeatable` : meaning)
      .helpGroup('How it is run:');
    command.addOption(repeatable ? option.argParser(collect) : option);
  }
  withGlobalOptions(command);
  withExamples(command, [
    [
      'block-pack image target/block-pack/java.import --base oci:jre:21 -o oci:shop:1.0 --entrypoint \'["java","-cp","/app/lib/*","shop.Main"]\'',
      'a Java service upon a base',
    ],
    [
      'block-pack image npm.import --base docker-archive:node.tar --files dist:/app/dist --cmd "node /app/dist/main.js" -o docker-archive:shop.tar:shop:1.0',
      'a Node.js service, in a tar for docker load',
    ],
    [
      'block-pack image java.import --base oci:jre:21 --platform linux/amd64 --platform linux/arm64 -o oci:shop:1.0',
      'for two platforms',
    ],
    [
      'block-pack image --join oci:amd64:1.0 --join oci:arm64:1.0 -o oci:shop:1.0',
      'of two images that were made apart',
    ],
  ]);
  command.action((manifests: string[], options: ImageOptions & GlobalOptions) =>
    run('image', options, async (context) =>
      (await import('../commands/image.ts')).image(manifests, options, context),
    ),
  );
}

/** What users of Docker know by these names; each replaces, or adds to, what the base says. */
const settings: readonly (readonly [flags: string, meaning: string, repeatable?: true])[] = [
  ['--entrypoint <words>', "the program: words, or a JSON array; takes the base's cmd away"],
  ['--cmd <words>', 'its arguments, or the program where there is no entrypoint'],
  ['--env <key=value>', 'a variable', true],
  ['--user <user>', 'a name or number, perhaps with a group: 1000:1000'],
  ['--workdir <path>', 'the working directory'],
  ['--label <key=value>', 'a label', true],
  ['--expose <port>', 'a port: 8080 or 53/udp', true],
  ['--volume <path>', 'a directory that outlives the container', true],
  ['--stop-signal <signal>', 'such as SIGINT'],
];
