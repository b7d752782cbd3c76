/**
 * Fetches a corpus of real jars from Maven Central, together with what Maven itself knows about each of them.
 *
 *     node e2e/corpus/fetch.mjs [--profile small|full]
 *
 * Fills `.cache/corpus/<profile>/`:
 * - `lib/`: the jars as `dependency:copy-dependencies` lays them down
 * - `list.txt`, `tree.txt`: the output of `dependency:list` (with the local repository's paths) and `dependency:tree`
 * - `bom.json`: the CycloneDX SBOM of the same project
 * - `truth.json`: `[{file, group, artifact, version, classifier, type, sha256}]`, one for each file of lib
 * - `collisions.json`: `[{file, kept, lost}]` where several artifacts claim one file name, and copying kept one
 *
 * Doing it twice changes nothing.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { corpus, dependencyPlugin, digest, fail, makeOnce, maven, say } from './commands.mjs';

const poms = {
  small: join(import.meta.dirname, 'pom-small.xml'),
  full: join(import.meta.dirname, 'pom.xml'),
};
const cyclonedxPlugin = 'org.cyclonedx:cyclonedx-maven-plugin:2.9.1';

main(parseArgs({ options: { profile: { type: 'string', default: 'small' } } }).values.profile);

function main(profile) {
  const pom = poms[profile];
  if (!pom) fail(`unknown profile '${profile}': expected ${Object.keys(poms).join(' or ')}`);
  const commands = join(import.meta.dirname, 'commands.mjs');
  makeOnce(join(corpus, profile), [pom, import.meta.filename, commands], (folder) => {
    askMaven(pom, folder);
    recordTruth(folder);
  });
}

function askMaven(pom, folder) {
  const ask = (deed, goal, ...properties) => maven(deed, '-f', pom, goal, ...properties);
  const to = (name) => `-DoutputFile=${join(folder, name)}`;
  ask(
    'copying the jars',
    `${dependencyPlugin}:copy-dependencies`,
    `-DoutputDirectory=${join(folder, 'lib')}`,
  );
  ask('listing them', `${dependencyPlugin}:list`, '-DoutputAbsoluteArtifactFilename=true', to('list.txt'));
  ask('drawing their tree', `${dependencyPlugin}:tree`, to('tree.txt'));
  ask(
    'writing their SBOM',
    `${cyclonedxPlugin}:makeBom`,
    '-DoutputFormat=json',
    `-DoutputDirectory=${folder}`,
  );
}

/** A file in lib is the artifact whose file in Maven's local repository has the same bytes. */
function recordTruth(folder) {
  const claims = claimsByFile(readFileSync(join(folder, 'list.txt'), 'utf8'));
  const lib = readdirSync(join(folder, 'lib')).sort();
  const strangers = lib.filter((file) => !claims.has(file));
  if (strangers.length > 0) fail(`lib holds what dependency:list does not name: ${strangers.join(', ')}`);
  if (lib.length !== claims.size) fail(`lib holds ${lib.length} files, dependency:list names ${claims.size}`);
  const truth = lib.map((file) => ownerOf(join(folder, 'lib', file), claims.get(file)));
  const collisions = truth
    .map((kept) => ({ file: kept.file, kept, lost: claims.get(kept.file).filter((claim) => claim !== kept) }))
    .filter(({ lost }) => lost.length > 0);
  writeJson(join(folder, 'truth.json'), truth);
  writeJson(join(folder, 'collisions.json'), collisions);
  say(`${truth.length} jars, ${collisions.length} of them overwrote another: ${folder}`);
}

function ownerOf(path, claimants) {
  const copied = digest(readFileSync(path));
  const owners = claimants.filter((claimant) => claimant.sha256 === copied);
  if (owners.length !== 1) fail(`${path}: expected one artifact with its bytes, found ${owners.length}`);
  return owners[0];
}

function claimsByFile(list) {
  const claims = new Map();
  for (const line of list.split('\n').filter((line) => line.includes(':jar:'))) {
    const artifact = parseArtifact(line);
    claims.set(artifact.file, [...(claims.get(artifact.file) ?? []), artifact]);
  }
  return claims;
}

/** `group:artifact:type[:classifier]:version:scope:/path`, then perhaps ` (optional)` and ` -- module name`. */
function parseArtifact(line) {
  const match = /^ +([^:]+):([^:]+):([^:]+):(?:([^:]+):)?([^:]+):[a-z]+:([/A-Z].*?\.jar)(?: |$)/.exec(line);
  if (!match) fail(`this line of dependency:list is not understood: ${line}`);
  const [, group, artifact, type, classifier = null, version, path] = match;
  return {
    file: basename(path),
    group,
    artifact,
    version,
    classifier,
    type,
    sha256: digest(readFileSync(path)),
  };
}

function writeJson(path, value) {
  writeFileSync(path, `${JSON.stringify(value, null, 1)}\n`);
}
