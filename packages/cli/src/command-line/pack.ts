import type { Command } from 'commander';
import type { InitCommandOptions } from '../commands/init.ts';
import type { PackCommandOptions } from '../commands/pack.ts';
import { type GlobalOptions, type Run, withExamples, withGlobalOptions } from './options.ts';

export function addPack(program: Command, run: Run): void {
  const command = program
    .command('pack')
    .summary('do all that a project is configured for: packers, images, reports')
    .description(
      'Packs the applications of a project as its configuration says: block-pack.config.json, "block-pack" in package.json, or [tool.block-pack] in pyproject.toml, in the working directory. A project without one is packed as it is recognised, and told how. Options stand above the environment, the environment above the configuration.',
    )
    .argument('[app...]', 'applications of the configuration (default: all)')
    .option('--config <file>', 'the configuration (or $BLOCK_PACK_CONFIG)')
    .option(
      '--frozen',
      'leave import manifests as they are; exit 1 with the differences where packing would change one, and make no image then',
    )
    .option('--dry-run', 'write nothing; show the calls that would do the same')
    .option('--watch', 'pack again whenever the inputs change, until interrupted')
    .option('--base <place>', 'the image to build upon (or $BLOCK_PACK_BASE)')
    .option(
      '-o, --output <place>',
      'where the image goes, {app} for the name of the application (or $BLOCK_PACK_OUTPUT)',
    )
    .option('--no-image', 'make no images')
    .option('--maven', 'have the Maven of the project name jars, as block-pack java --maven does')
    .option('--no-maven', 'do not ask Maven at all')
    .option(
      '--pyc-python <program>',
      'the interpreter that compiles modules of Python, where that is configured (or $BLOCK_PACK_PYC_PYTHON)',
    );
  withGlobalOptions(command);
  withExamples(command, [
    ['block-pack pack', 'all applications of this project'],
    [
      'block-pack pack shop --frozen',
      'one of them, in CI: fail when its dependencies are not the committed ones',
    ],
    ['block-pack pack --dry-run', 'what that would do'],
    ['block-pack pack --output oci:out:{app}-1.2.0', 'images of a release'],
  ]);
  command.action((names: string[], options: PackCommandOptions & GlobalOptions) => {
    if (options.watch === true && (options.json === true || options.dryRun === true))
      command.error(
        `error: --watch shows one result after the other, so it does not go with ${options.json === true ? '--json' : '--dry-run'}`,
      );
    return run('pack', options, async (context) =>
      (await import('../commands/pack.ts')).pack(names, options, context),
    );
  });
}

export function addInit(program: Command, run: Run): void {
  const command = program
    .command('init')
    .summary('write a configuration for the project in this directory')
    .description(
      'Looks at pom.xml, build.gradle, package.json, pyproject.toml and what their builds left, or for jars in lib of an unpacked application, and writes block-pack.config.json, a script in package.json and lines in .gitignore. On a terminal it asks what it cannot know. What is there already stays as it is, so it can be run again.',
    )
    .option('--base <place>', 'the image that images build upon; without one, none is configured')
    .option('--yes', 'ask nothing');
  withGlobalOptions(command);
  withExamples(command, [
    ['block-pack init', 'in the directory of a project'],
    ['block-pack init --base oci:base:21 --yes', 'with an image, without questions'],
  ]);
  command.action((options: InitCommandOptions & GlobalOptions) =>
    run('init', options, async (context) => (await import('../commands/init.ts')).init(options, context)),
  );
}
