/** Fetches the verifier of the SPDX project, which holds documents against its schema and its rules, into `.cache/corpus/spdx-tools/`. */
import { join } from 'node:path';
import { corpus, dependencyPlugin, makeOnce, maven } from './commands.mjs';

const verifier = 'org.spdx:tools-java:1.1.8:jar:jar-with-dependencies';

const commands = join(import.meta.dirname, 'commands.mjs');
makeOnce(join(corpus, 'spdx-tools'), [import.meta.filename, commands], (folder) => {
  maven(
    'fetching the verifier of SPDX',
    `${dependencyPlugin}:copy`,
    `-Dartifact=${verifier}`,
    `-DoutputDirectory=${folder}`,
    '-Dmdep.stripVersion=true',
  );
});
