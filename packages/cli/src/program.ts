import { Command } from 'commander';
import { addApply, addBundle, addInventory } from './command-line/bundle.ts';
import { addConvert } from './command-line/convert.ts';
import { addDoctor } from './command-line/doctor.ts';
import { addFiles } from './command-line/files.ts';
import { addImage } from './command-line/image.ts';
import { addJava } from './command-line/java.ts';
import { addNpm } from './command-line/npm.ts';
import { giveGlobalOptions, type Run, withGlobalOptions } from './command-line/options.ts';
import { addInit, addPack } from './command-line/pack.ts';
import { addPython } from './command-line/python.ts';
import { addDiff, addReport } from './command-line/report.ts';
import { addResolve } from './command-line/resolve.ts';
import { addForecast, addShare } from './command-line/share.ts';
import { addGc, addInspect, addLs, addVerify } from './command-line/store.ts';

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
    .enablePositionalOptions()
    .hook('preAction', giveGlobalOptions)
    .addHelpText(
      'after',
      `
Examples:
  $ block-pack pack                       all that the project is configured for
  $ block-pack java target/lib            pack the jars of a Maven build
  $ block-pack npm                        pack the node_modules of this directory
  $ block-pack python .venv               pack a virtual environment
  $ block-pack image target/block-pack/java.import --base oci:jre -o oci:shop:1.0
                                          make a container image of it
  $ block-pack diff HEAD:block-pack/java.import block-pack/java.import
                                          what this change of dependencies ships
  $ block-pack ls                         what the store holds
  $ block-pack resolve target/block-pack/java.import out
                                          make the files again from their blocks

Exit codes:
  0 done   1 findings   2 usage or configuration   3 input not understood
  4 digest or format wrong   5 a needed blob is missing   70 a fault of ours   130 interrupted

block-pack help <command> says more about each. Common options stand before the command or behind it.`,
    );
  for (const add of [
    addPack,
    addInit,
    addJava,
    addNpm,
    addPython,
    addFiles,
    addImage,
    addConvert,
    addInventory,
    addBundle,
    addApply,
    addResolve,
    addReport,
    addDiff,
    addShare,
    addForecast,
    addLs,
    addInspect,
    addVerify,
    addDoctor,
    addGc,
  ])
    add(program, run);
  return withGlobalOptions(program);
}
