import { type Command, InvalidArgumentError } from 'commander';
import type { GcCommandOptions } from '../commands/gc.ts';
import type { InspectCommandOptions } from '../commands/inspect.ts';
import { collect, type GlobalOptions, type Run, withExamples, withGlobalOptions } from './options.ts';

export function addLs(program: Command, run: Run): void {
  const command = program
    .command('ls')
    .summary('list what the store holds')
    .description(
      'Lists the tags of the store: one for every input that was packed, with its blocks and bytes.',
    );
  withGlobalOptions(command);
  withExamples(command, [['block-pack ls', 'all tags; "its own" is what no other tag shares']]);
  command.action((options: GlobalOptions) =>
    run('ls', options, async (context) => (await import('../commands/ls.ts')).ls(context)),
  );
}

export function addInspect(program: Command, run: Run): void {
  const command = program
    .command('inspect')
    .summary('show an import manifest, a block, an image or a bundle')
    .description(
      'Shows the imports of a manifest with their components and how those are known, the uses and files of one block, the layers of an image with what they are made of, or what a bundle brings and needs.',
    )
    .argument(
      '<what>',
      'an import manifest, a tag of the store, the digest of a block, a place of images, or a bundle',
    )
    .option(
      '--ranges',
      'of an image: which bytes of its layers have to be read to have the blocks that the store lacks',
    )
    .option(
      '--verify-key <key>',
      'of a bundle: a file with a public Ed25519 key; one that is not signed by its owner is refused; repeatable: any one of them is enough',
      collect,
    );
  withGlobalOptions(command);
  withExamples(command, [
    ['block-pack inspect block-pack/java.import', 'every import, and whether the store has its block'],
    ['block-pack inspect sha256:6f...e1', 'which tags import the block, and where'],
    [
      'block-pack inspect oci:shop:1.0',
      'the layers of an image, and every import with its size in the layer',
    ],
    ['block-pack inspect oci:shop:1.0 --ranges --json', 'what to fetch from a registry by HTTP Range'],
    ['block-pack inspect update.tar', 'the images that a bundle brings, and what it needs at the site'],
  ]);
  command.action((what: string, options: InspectCommandOptions & GlobalOptions) =>
    run('inspect', options, async (context) =>
      (await import('../commands/inspect.ts')).inspect(what, options, context),
    ),
  );
}

export function addVerify(program: Command, run: Run): void {
  const command = program
    .command('verify')
    .summary('check every blob of the store, or of an image')
    .description(
      'Digests every blob of the store again and names each that is damaged, misplaced or missing. With an image, checks all that it leads to: digests, sizes, diffIDs, and that each layer block-pack made is exactly what its import manifest says. Exit code 1 when something is wrong.',
    )
    .argument('[image]', 'a place of images, such as oci:DIR:tag; without it, the store')
    .option('--remove', 'take damaged blobs out of the store, so that the next pack writes them again');
  withGlobalOptions(command);
  withExamples(command, [
    ['block-pack verify', 'reads the whole store'],
    ['block-pack verify oci:shop:1.0', 'reads an image, and nothing of the store'],
    ['block-pack verify --remove', 'after a disk fault; then pack again'],
  ]);
  command.action((image: string | undefined, options: { remove?: boolean } & GlobalOptions) =>
    run('verify', options, async (context) =>
      (await import('../commands/verify.ts')).verify(image, options, context),
    ),
  );
}

export function addGc(program: Command, run: Run): void {
  const command = program
    .command('gc')
    .summary('remove blobs that nothing needs')
    .description(
      'Removes blobs that no tag reaches and that no pack has used for a while. Safe while others pack into the same store.',
    )
    .option('--keep <days>', 'keep what was used in the last <days> days', days, 14)
    .option('--untag <name>', 'forget a tag first, so that its blocks can go; repeatable', collect)
    .option('--dry-run', 'say what would go, and remove nothing');
  withGlobalOptions(command);
  withExamples(command, [
    ['block-pack gc --dry-run', 'how much would be freed'],
    ['block-pack gc --keep 0 --untag java/shop-1a2b3c4d', 'free what only this tag needed'],
  ]);
  command.action((options: GcCommandOptions & GlobalOptions) =>
    run('gc', options, async (context) => (await import('../commands/gc.ts')).gc(options, context)),
  );
}

function days(text: string): number {
  const number = Number(text);
  if (!/^[0-9]+(\.[0-9]+)?$/.test(text) || number > 36_500) {
    throw new InvalidArgumentError('Expected a number of days, such as 14 or 0.');
  }
  return number;
}
