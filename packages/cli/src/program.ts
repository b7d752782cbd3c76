import { Command, InvalidArgumentError, Option } from 'commander';
import type { CommandContext, Outcome } from './command.ts';
import type { GcCommandOptions } from './commands/gc.ts';
import type { JavaCommandOptions } from './commands/java.ts';
import type { ResolveCommandOptions } from './commands/resolve.ts';

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

/** The command line as users see it: names, options, help. Commands are loaded when they are called. */
export function createProgram(version: string, run: Run): Command {
  const program = new Command('block-pack')
    .description(
      'Turns the resolved dependencies of an application into content-addressed blocks, so that a container image is updated by moving only the dependencies that changed.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      `
Examples:
  $ block-pack java target/lib            pack the jars of a Maven build
  $ block-pack ls                         what the store holds
  $ block-pack resolve target/block-pack/java.import out
                                          make the files again from their blocks

Exit codes:
  0 done   1 findings   2 usage or configuration   3 input not understood
  4 digest or format wrong   5 a needed blob is missing   70 a fault of ours   130 interrupted

block-pack help <command> says more about each.`,
    );
  for (const add of [addJava, addResolve, addLs, addInspect, addVerify, addGc]) add(program, run);
  return program;
}

function withGlobalOptions(command: Command): Command {
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

function withExamples(command: Command, examples: readonly (readonly [string, string])[]): Command {
  const lines = examples.map(([call, meaning]) => `  $ ${call}\n      ${meaning}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

function addJava(program: Command, run: Run): void {
  const command = program
    .command('java')
    .summary('pack the dependencies of a Java application')
    .description(
      'Cuts the jars of a Java application into blocks and writes an import manifest: which block belongs at which path.\n\nInputs: a directory of jars (target/lib), an application distribution (bin and lib; a directory, .zip, .tar or .tar.gz), a Spring Boot jar or war, a war, a Quarkus fast-jar directory.',
    )
    .argument('<input...>', 'directory or archive; several are packed into one manifest')
    .option(
      '-o, --output <file>',
      'the import manifest (default: block-pack/java.import beside the input; - for stdout)',
    )
    .option(
      '--prefix <path>',
      'where the input lands in the image (default: /app/lib for a directory of jars, else /app)',
    )
    .option(
      '--evidence <file>',
      'what the build resolved: mvn dependency:list or :tree output, gradle.lockfile, pom.xml, CycloneDX or SPDX; repeatable',
      collect,
    )
    .option(
      '--maven-repository [dir]',
      'name unknown jars by equal ones in a local Maven repository (default: ~/.m2/repository)',
    )
    .option(
      '--gradle-cache [dir]',
      "name unknown jars by equal ones in Gradle's cache (default: ~/.gradle/caches/modules-2/files-2.1)",
    )
    .option(
      '--application <name>',
      "file name of a jar that is the application's own; * stands for any characters; repeatable",
      collect,
    )
    .option(
      '--frozen',
      'leave the manifest as it is; exit 1 with the difference where packing would change it',
    )
    .option('--tag <name>', 'name of the pack in the store (default: from the input)')
    .option('--all', 'show every row of the table');
  withGlobalOptions(command);
  withExamples(command, [
    [
      'block-pack java target/lib',
      'the directory that mvn dependency:copy-dependencies -DoutputDirectory=target/lib fills',
    ],
    [
      'block-pack java target/lib --evidence target/dependencies.txt',
      'with the exact groups, from mvn dependency:list -DoutputFile=target/dependencies.txt',
    ],
    ['block-pack java build/install/shop', 'a distribution of Gradle (installDist) or Maven (appassembler)'],
    [
      'block-pack java target/shop-1.0.0.jar',
      'a Spring Boot jar, laid out below /app as its own tools extract it',
    ],
    [
      'block-pack java target/lib -o shop.import --frozen',
      'in CI: fail when the committed manifest is not up to date',
    ],
  ]);
  command.action((inputs: string[], options: JavaCommandOptions & GlobalOptions) =>
    run('java', options, async (context) =>
      (await import('./commands/java.ts')).java(inputs, options, context),
    ),
  );
}

function addResolve(program: Command, run: Run): void {
  const command = program
    .command('resolve')
    .summary('make the files of an import manifest again from their blocks')
    .description(
      'Places every file of an import manifest below a directory, byte for byte as it was packed. The directory must not exist or must be empty; it appears whole or not at all.',
    )
    .argument('<manifest>', 'an import manifest, or a tag of the store')
    .argument('<dir>', 'the directory to make')
    .option('--strip <path>', 'image directory whose content goes directly into <dir>')
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
  ]);
  command.action((manifest: string, target: string, options: ResolveCommandOptions & GlobalOptions) =>
    run('resolve', options, async (context) =>
      (await import('./commands/resolve.ts')).resolve(manifest, target, options, context),
    ),
  );
}

function addLs(program: Command, run: Run): void {
  const command = program
    .command('ls')
    .summary('list what the store holds')
    .description(
      'Lists the tags of the store: one for every input that was packed, with its blocks and bytes.',
    );
  withGlobalOptions(command);
  withExamples(command, [['block-pack ls', 'all tags; "its own" is what no other tag shares']]);
  command.action((options: GlobalOptions) =>
    run('ls', options, async (context) => (await import('./commands/ls.ts')).ls(context)),
  );
}

function addInspect(program: Command, run: Run): void {
  const command = program
    .command('inspect')
    .summary('show an import manifest or a block')
    .description(
      'Shows the imports of a manifest with their components and how those are known, or the uses and files of one block.',
    )
    .argument('<what>', 'an import manifest, a tag of the store, or the digest of a block');
  withGlobalOptions(command);
  withExamples(command, [
    ['block-pack inspect block-pack/java.import', 'every import, and whether the store has its block'],
    ['block-pack inspect sha256:6f...e1', 'which tags import the block, and where'],
  ]);
  command.action((what: string, options: GlobalOptions) =>
    run('inspect', options, async (context) =>
      (await import('./commands/inspect.ts')).inspect(what, context),
    ),
  );
}

function addVerify(program: Command, run: Run): void {
  const command = program
    .command('verify')
    .summary('check every blob of the store')
    .description(
      'Digests every blob of the store again and names each that is damaged, misplaced or missing. Exit code 1 when there is one.',
    )
    .option('--remove', 'take damaged blobs out of the store, so that the next pack writes them again');
  withGlobalOptions(command);
  withExamples(command, [
    ['block-pack verify', 'reads the whole store'],
    ['block-pack verify --remove', 'after a disk fault; then pack again'],
  ]);
  command.action((options: { remove?: boolean } & GlobalOptions) =>
    run('verify', options, async (context) =>
      (await import('./commands/verify.ts')).verify(options, context),
    ),
  );
}

function addGc(program: Command, run: Run): void {
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
    ['block-pack gc --keep 0 --untag java/shop-1a2b3c4d', 'free what only this tag needed, now'],
  ]);
  command.action((options: GcCommandOptions & GlobalOptions) =>
    run('gc', options, async (context) => (await import('./commands/gc.ts')).gc(options, context)),
  );
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

function days(text: string): number {
  const number = Number(text);
  if (!/^[0-9]+(\.[0-9]+)?$/.test(text) || number > 36_500) {
    throw new InvalidArgumentError('Expected a number of days, such as 14 or 0.');
  }
  return number;
}
