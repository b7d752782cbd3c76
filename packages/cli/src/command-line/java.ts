import type { Command } from 'commander';
import type { JavaCommandOptions } from '../commands/java.ts';
import {
  collect,
  type GlobalOptions,
  type Run,
  withExamples,
  withGlobalOptions,
  withPackOptions,
} from './options.ts';

export function addJava(program: Command, run: Run): void {
  const command = program
    .command('java')
    .summary('pack the dependencies of a Java application')
    .description(
      'Cuts the jars of a Java application into blocks and writes an import manifest: which block belongs at which path.\n\nInputs: a directory of jars (target/lib), an application distribution (bin and lib; a directory, .zip, .tar or .tar.gz), a Spring Boot jar or war, a war, a Quarkus fast-jar directory.',
    )
    .argument('<input...>', 'directory or archive; several are packed into one manifest')
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
      '--maven',
      'have the Maven of the project name the jars (without it, Maven is asked only what reports want to know)',
    )
    .option('--no-maven', 'do not ask Maven at all')
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
    );
  withPackOptions(command, 'java');
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
      (await import('../commands/java.ts')).java(inputs, options, context),
    ),
  );
}
