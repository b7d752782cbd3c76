import type { Command } from 'commander';
import type { ForecastCommandOptions } from '../commands/forecast.ts';
import type { ShareCommandOptions } from '../commands/share.ts';
import { collect, type GlobalOptions, type Run, withExamples, withGlobalOptions } from './options.ts';
import { withFormatOptions, withPlatformOption } from './report.ts';

export function addShare(program: Command, run: Run): void {
  const command = program
    .command('share')
    .summary('show what several images have in common, and what to align')
    .description(
      'Compares the blocks of many applications: what each two have in common, what is saved by shipping them together, and which packages they have in different versions, in the order in which aligning them ships less. It is taken that the version which most bytes already are serves every image.',
    )
    .argument(
      '[what...]',
      'import manifests or folders of them, images (oci:DIR:tag), a place for all images in it (oci:DIR), git revisions, tags of the store',
    )
    .option('--list <file>', 'more of them, one on each line of a file; repeatable', collect);
  withPlatformOption(withFormatOptions(command));
  withGlobalOptions(command);
  withExamples(command, [
    ['block-pack share oci:shop:1.0 oci:cart:1.0 pay/block-pack', 'three services'],
    ['block-pack share oci:releases', 'all images of a layout'],
    ['block-pack share --list services.txt --format csv=align.csv', 'many, and what to align as a sheet'],
  ]);
  command.action((names: readonly string[], options: ShareCommandOptions & GlobalOptions) =>
    run('share', options, async (context) =>
      (await import('../commands/share.ts')).share(names, options, context),
    ),
  );
}

export function addForecast(program: Command, run: Run): void {
  const command = program
    .command('forecast')
    .summary('show what updates have cost by month, and what to expect')
    .description(
      'Reads the git history of import manifests that are committed: what each update shipped against the state before, by month and by package. It follows first parents, so a merged branch is one update. It looks at no clock: the same history gives the same figures.',
    )
    .argument(
      '<manifest...>',
      'a committed import manifest, a folder of them, or either at a revision (origin/main:block-pack)',
    )
    .option('--since <day>', 'only commits from this day on: 2024-01-01, in UTC')
    .option('--until <day>', 'only commits up to this day');
  withFormatOptions(command);
  withGlobalOptions(command);
  withExamples(command, [
    ['block-pack forecast block-pack', 'all packers together'],
    [
      'block-pack forecast block-pack/java.import --since 2024-01-01 --format markdown=costs.md',
      'since a day',
    ],
  ]);
  command.action((names: readonly string[], options: ForecastCommandOptions & GlobalOptions) =>
    run('forecast', options, async (context) =>
      (await import('../commands/forecast.ts')).forecast(names, options, context),
    ),
  );
}
