import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { dependencyPlugin, makeOnce, maven } from '../../../e2e/corpus/commands.mjs';
import { root } from '../process-run.mjs';

const list = join(import.meta.dirname, 'bumps.txt');
const folder = join(root, '.cache/maven-bumps');

/** Bytes of a new jar: larger ones, 28 of 338 pairs, would take most of the time and outweigh all others. */
const sizeLimit = 3_000_000;

/** Pairs of real jars, fetched once by Maven, which checks their digests: `{ kind: 'major' | 'minor' | 'patch', name, before, after }`, the last two paths. */
export function mavenBumps() {
  const bumps = readFileSync(list, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  makeOnce(folder, [list, import.meta.filename], () => {
    const wanted = new Map(
      bumps.flatMap(([, name, ...versions]) =>
        versions.map((version) => [fileOf(name, version), [name, version]]),
      ),
    );
    const pom = join(folder, 'pom.xml');
    writeFileSync(pom, pomOf([...wanted]));
    maven('fetching the jars of the bumps', '-C', '-f', pom, `${dependencyPlugin}:copy`);
  });
  const pairs = bumps.map(([kind, name, before, after]) => ({
    kind,
    name,
    before: fileOf(name, before),
    after: fileOf(name, after),
  }));
  return pairs.filter(({ after }) => statSync(after).size <= sizeLimit);
}

function fileOf(name, version) {
  return join(folder, `${name.replace(':', '_')}-${version}.jar`);
}

function pomOf(wanted) {
  const items = wanted.map(([file, [name, version]]) => {
    const [group, artifact] = name.split(':');
    return `<artifactItem><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version><outputDirectory>${folder}</outputDirectory><destFileName>${basename(file)}</destFileName></artifactItem>`;
  });
  const [group, artifact, version] = dependencyPlugin.split(':');
  const plugin = `<groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>`;
  const configuration = `<configuration><artifactItems>${items.join('')}</artifactItems></configuration>`;
  return `<project><modelVersion>4.0.0</modelVersion><groupId>bumps</groupId><artifactId>bumps</artifactId><version>1</version><packaging>pom</packaging><build><plugins><plugin>${plugin}${configuration}</plugin></plugins></build></project>`;
}
