import type { Command } from 'commander';
import type { NpmCommandOptions } from '../commands/npm.ts';
import {
  collect,
  type GlobalOptions,
  type Run,
  withExamples,
  withGlobalOptions,
  withPackOptions,
} from './options.ts';

export function addNpm(program: Command, run: Run): void {
  const command = program
    .command('npm')
    .summary('pack the node_modules of a Node.js application')
    .description(
      "Cuts the packages in node_modules into blocks and writes an import manifest. The tree may have been made by npm, pnpm, or yarn with the node-modules linker; workspaces and file: links that it leads to are packed as the application's own.",
    )
    .argument('[dir]', "the project's directory", '.')
    .option('--prefix <path>', "where the project's directory is in the image (default: /app)")
    .option('--omit <kind>', 'leave out dev, optional or peer dependencies; repeatable', collect)
    .option(
      '--workspace <folder>',
      'pack only what this workspace needs, and itself: its folder or its name; repeatable',
      collect,
    )
    .option(
      '--npm-cache [dir]',
      "say which packages are as published, by the tarballs in npm's cache (default: ~/.npm)",
    )
    .option('--tarballs <dir>', 'the same by tarballs in a directory, as npm pack names them');
  withPackOptions(command, 'npm', 'beside node_modules, or beside an archive of it');
  withGlobalOptions(command);
  withExamples(command, [
    ['block-pack npm', 'the project in this directory, after npm ci'],
    ['block-pack npm shop --omit dev --prefix /srv/shop', 'without development dependencies'],
    ['block-pack npm --workspace services/shop --omit dev', 'one service of a workspace'],
    ['block-pack npm --npm-cache', 'and tell what was changed since it was published'],
  ]);
  command.action((input: string, options: NpmCommandOptions & GlobalOptions) =>
    run('npm', options, async (context) => (await import('../commands/npm.ts')).npm(input, options, context)),
  );
}
