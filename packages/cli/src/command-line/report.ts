import { type Command, Option } from 'commander';
import type { DiffCommandOptions } from '../commands/diff.ts';
import type { ReviewCommandOptions } from '../commands/report.ts';
import { collect, type GlobalOptions, type Run, withExamples, withGlobalOptions } from './options.ts';

const what =
  'an import manifest or a folder of them, an image (oci:DIR:tag), a git revision of a manifest (HEAD~1:block-pack/java.import), or a tag of the store';

/** Formats that are of one application or its update alone. */
const reviewFormats = ', cyclonedx, spdx, sarif';

/** The options of every command that reports. @param more formats besides those of all */
export function withFormatOptions(command: Command, more = ''): Command {
  return command
    .option(
      '--format <format>',
      `text, json, markdown, html, csv${more}, with =FILE where it goes, or step-summary in GitHub Actions; repeatable (default: text)`,
      collect,
    )
    .option('--all', 'every row of every table');
}

/** @param more what `--fail-on` takes besides */
function withRuleOptions(command: Command, more = ''): Command {
  const rule = (flags: string, description: string) =>
    new Option(flags, description).helpGroup('Rules; exit 1 where one is broken:');
  return command
    .addOption(rule('--rules <file>', 'rules as JSON, with what is accepted; repeatable').argParser(collect))
    .addOption(
      rule(
        '--fail-on <kinds>',
        `modified, unverified, unidentified, not-looked-into, install-script, native-code, duplicate${more}; with commas between, repeatable`,
      ).argParser(collect),
    )
    .addOption(rule('--max-block <size>', 'what a block may have: 20MB'))
    .addOption(
      rule(
        '--allow <packages>',
        'only these: pkg:maven/org.example/*, with or without @version; repeatable',
      ).argParser(collect),
    )
    .addOption(rule('--deny <packages>', 'none of these; repeatable').argParser(collect))
    .addOption(
      rule('--allow-license <license>', 'only what can be used under these: MIT; repeatable').argParser(
        collect,
      ),
    )
    .addOption(
      rule('--deny-license <license>', 'nothing that can be used under these alone; repeatable').argParser(
        collect,
      ),
    );
}

export function withPlatformOption(command: Command): Command {
  return command.option('--platform <platform>', 'of an image for several: linux/amd64');
}

export function addDiff(program: Command, run: Run): void {
  const command = program
    .command('diff')
    .summary('show what an update changes, and what it ships')
    .description(
      'Compares two lists of dependencies, package by package: from which version to which, what kind of step that is, the bytes that have to be shipped since no block of the older side has them, and what a reviewer should look at. A difference alone is no failure.',
    )
    .argument('<before>', what)
    .argument('<after>', 'the same');
  withPlatformOption(withFormatOptions(command, reviewFormats))
    .option('--inside', 'list the files that changed inside each package, where both blocks are here')
    .option(
      '--exact',
      'also what each new block costs as a change of an older one, by making it; needs the blocks, and takes its time',
    )
    .option('--exit-code', 'exit 1 where anything is different, as git diff has it');
  withRuleOptions(command, ', new, major, downgrade, same-version, license-change').addOption(
    new Option('--max-transfer <size>', 'what the update may ship: 5MB').helpGroup(
      'Rules; exit 1 where one is broken:',
    ),
  );
  withGlobalOptions(command);
  withExamples(command, [
    ['block-pack diff HEAD:block-pack/java.import block-pack/java.import', 'what this change ships'],
    ['block-pack diff origin/main:block-pack block-pack', 'all packers together, against a branch'],
    [
      'block-pack diff HEAD:block-pack block-pack --fail-on modified,install-script --max-transfer 5MB',
      'refuse an update that ships more, or what is not as published, or what runs scripts',
    ],
    ['block-pack diff oci:shop:1.0 oci:shop:1.1', 'two images, with the layers of their bases'],
    [
      'block-pack diff old.import new.import --format markdown=comment.md --format csv=changes.csv',
      'for a pull request, and for a spreadsheet',
    ],
  ]);
  command.action((before: string, after: string, options: DiffCommandOptions & GlobalOptions) =>
    run('diff', options, async (context) =>
      (await import('../commands/diff.ts')).diff(before, after, options, context),
    ),
  );
}

export function addReport(program: Command, run: Run): void {
  const command = program
    .command('report')
    .summary('show what an application is made of')
    .description(
      'Says what stands out among the dependencies of an application: the largest, those that are there in several versions or at several paths, what is not known or not as published, what runs scripts when it is installed, native code, and licences. What cannot be known without the blocks is called unknown.',
    )
    .argument('<what>', what);
  withPlatformOption(withFormatOptions(command, reviewFormats));
  withRuleOptions(command);
  withGlobalOptions(command);
  withExamples(command, [
    ['block-pack report block-pack/java.import', 'what was packed here'],
    ['block-pack report oci:shop:1.0', 'an image'],
    ['block-pack report block-pack --format csv=packages.csv', 'all packers together, for a spreadsheet'],
    ['block-pack report oci:shop:1.0 --format cyclonedx=bom.json', 'a bill of materials'],
  ]);
  command.action((name: string, options: ReviewCommandOptions & GlobalOptions) =>
    run('report', options, async (context) =>
      (await import('../commands/report.ts')).report(name, options, context),
    ),
  );
}
