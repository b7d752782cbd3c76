import { type Command, Option } from 'commander';
import type { CommandContext, Outcome } from '../command.ts';

/** What every command takes. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
  readonly C?: string;
  readonly store?: string;
}

/** Runs a command once its words are understood. */
export type Run = (
  name: string,
  options: GlobalOptions,
  command: (context: CommandContext) => Promise<Outcome>,
) => Promise<void>;

/** Its options, which stand apart in the help. */
export function withGlobalOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--json', 'one JSON document on stdout instead of text').helpGroup('Common options:'),
    )
    .addOption(new Option('--quiet', 'no progress and no warnings').helpGroup('Common options:'))
    .addOption(new Option('--no-color', 'plain text').helpGroup('Common options:'))
    .addOption(new Option('-C <dir>', 'work as if started in <dir>').helpGroup('Common options:'))
    .addOption(
      new Option(
        '--store <dir>',
        'where blocks are kept (default: $BLOCK_PACK_STORE or ~/.cache/block-pack)',
      ).helpGroup('Common options:'),
    );
}

/** Those that stand before the command hold for it as well, as with git and make: what stands behind it comes first. */
export function giveGlobalOptions(program: Command, command: Command): void {
  for (const [name, value] of Object.entries(program.opts()))
    if (program.getOptionValueSource(name) === 'cli' && command.getOptionValueSource(name) !== 'cli')
      command.setOptionValueWithSource(name, value, 'cli');
}

/** The options of every command that packs. @param where its import manifest lies by default */
export function withPackOptions(command: Command, packer: string, where = 'beside the input'): Command {
  return command
    .option(
      '-o, --output <file>',
      `the import manifest (default: block-pack/${packer}.import ${where}; - for stdout)`,
    )
    .option(
      '--frozen',
      'leave the manifest as it is; exit 1 with the difference where packing would change it',
    )
    .option('--tag <name>', 'name of the pack in the store (default: from the input)')
    .option('--all', 'show every row of the table');
}

export function withExamples(command: Command, examples: readonly (readonly [string, string])[]): Command {
  const lines = examples.map(([call, meaning]) => `  $ ${call}\n      ${meaning}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

/** Gathers the values of an option that may stand several times. */
export function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
