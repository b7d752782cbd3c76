import type { Command } from 'commander';
import type { ApplyCommandOptions } from '../commands/apply.ts';
import type { BundleCommandOptions } from '../commands/bundle.ts';
import type { InventoryCommandOptions } from '../commands/inventory.ts';
import { collect, type GlobalOptions, type Run, withExamples, withGlobalOptions } from './options.ts';

export function addBundle(program: Command, run: Run): void {
  const command = program
    .command('bundle')
    .summary('make one file that brings an image to a site that has an older one')
    .description(
      'Writes what a site lacks of an image, as small as it can be had: dependencies that changed travel as changes of the older ones. The site makes the very image of it, with the same digest. Before the file gets its name, it is applied once, and the result is compared.',
    )
    .argument(
      '<image...>',
      'the place of each image: oci:DIR[:tag], oci-archive:FILE[:tag] or docker-archive:FILE; what several have in common travels once',
    )
    .option(
      '--since <place>',
      'what the site has: an image, store:DIR, or inventory:FILE; repeatable: the bundle then fits a site that has any one of them (default: it has nothing)',
      collect,
    )
    .option(
      '--have <place>',
      'what the site has in any case: an image, store:DIR, or inventory:FILE; repeatable: it has all of them',
      collect,
    )
    .option(
      '--from <place>',
      'images or a store here, of which an inventory may list something; repeatable',
      collect,
    )
    .option(
      '--self-contained',
      'bring as well what the site has: it then fits one whose images are damaged, and builds upon none of them',
    )
    .option(
      '--smallest',
      'mix all streams of changes, and values of class files that are new for the site: some per cent smaller, but applying takes more than a second longer for each megabyte of the bundle, and making several',
    )
    .option('-o, --output <file>', 'where the bundle goes')
    .option('--dry-run', 'write nothing; show what each dependency would cost, and why')
    .option('--split <size>', 'in parts of at most this size, <file>.001 and so on: 4G, 650M')
    .option('--sign <key>', 'a file with a private Ed25519 key, of OpenSSH or in PEM; repeatable', collect);
  withGlobalOptions(command);
  withExamples(command, [
    ['block-pack bundle oci:shop:1.1 --since oci:shop:1.0 -o update.tar', 'an update from 1.0 to 1.1'],
    ['block-pack bundle oci:shop:1.1 --since oci:shop:1.0 --dry-run', 'what each dependency would cost'],
    [
      'block-pack bundle oci:shop:1.1 --since inventory:site.inventory -o update.tar',
      'for what a site says that it has',
    ],
    [
      'block-pack bundle oci:shop:1.1 --since oci:shop:1.0 --smallest -o update.tar',
      'for a line where each kilobyte counts',
    ],
    ['block-pack bundle oci:shop:1.1 -o first.tar', 'for a site that has nothing yet'],
    [
      'block-pack bundle oci:shop:1.1 -o first.tar --split 4G --sign release.key',
      'signed, for sticks of 4 GB',
    ],
  ]);
  command.action((images: readonly string[], options: BundleCommandOptions & GlobalOptions) =>
    run('bundle', options, async (context) =>
      (await import('../commands/bundle.ts')).bundle(images, options, context),
    ),
  );
}

export function addInventory(program: Command, run: Run): void {
  const command = program
    .command('inventory')
    .summary('list what a site has, so that a bundle can be made for it elsewhere')
    .description(
      'Writes down the digests of all that images and stores hold: a small file to be carried to where bundles are made, and nothing of the contents. Paths, names of images and of machines are left out.',
    )
    .argument(
      '<place...>',
      'images: oci:DIR (all that it holds), oci:DIR:tag, oci-archive:FILE or docker-archive:FILE; or store:DIR',
    )
    .requiredOption('-o, --output <file>', 'where the inventory goes (- for stdout)');
  withGlobalOptions(command);
  withExamples(command, [
    ['block-pack inventory oci:site -o site.inventory', 'all images that oci:site holds'],
    ['block-pack inventory oci:site:1.0 -o site.inventory', 'one of them, and nothing of others'],
    ['block-pack inventory store: -o site.inventory', 'what the store holds'],
  ]);
  command.action((places: readonly string[], options: InventoryCommandOptions & GlobalOptions) =>
    run('inventory', options, async (context) =>
      (await import('../commands/inventory.ts')).inventory(places, options, context),
    ),
  );
}

export function addApply(program: Command, run: Run): void {
  const command = program
    .command('apply')
    .summary('make the image that a bundle brings')
    .description(
      'Makes the image of the bundle and of the images that are here, checks every digest, and publishes it last. Where something lacks or is damaged that the bundle does not bring, nothing is published. It can be run again at any time.',
    )
    .argument(
      '<bundle>',
      'the file that block-pack bundle wrote; of a bundle in parts, any of them or their directory',
    )
    .requiredOption('--to <place>', 'where the image goes; oci:DIR gives the images that it holds')
    .option(
      '--have <place>',
      'another place of images that the bundle may build upon, or store:DIR; repeatable',
      collect,
    )
    .option(
      '--partial',
      'with --to docker-archive:FILE: leave out the layers of the images of --have, for a docker load or podman load that has them',
    )
    .option(
      '--verify-key <key>',
      'a file with a public Ed25519 key, of OpenSSH or in PEM; a bundle that is not signed by its owner is refused; repeatable: any one of them is enough',
      collect,
    );
  withGlobalOptions(command);
  withExamples(command, [
    ['block-pack apply update.tar --to oci:site', 'an update; oci:site holds the image before it'],
    ['block-pack apply update.tar --verify-key release.pub --to oci:site', 'only if it is signed'],
    [
      'block-pack apply update.tar --have oci-archive:old.tar --to oci-archive:new.tar',
      'from one archive to another',
    ],
    [
      'block-pack apply update.tar --have oci:site:1.0 --to docker-archive:new.tar:shop:1.1 --partial',
      'new layers alone, for a Docker or podman that has loaded oci:site:1.0',
    ],
  ]);
  command.action((file: string, options: ApplyCommandOptions & GlobalOptions) =>
    run('apply', options, async (context) =>
      (await import('../commands/apply.ts')).apply(file, options, context),
    ),
  );
}
