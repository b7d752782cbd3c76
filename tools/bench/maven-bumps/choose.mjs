/**
 * Chooses the pairs of the bench `peers`: `node tools/bench/maven-bumps/choose.mjs`, which writes bumps.txt. The rule looks at names and versions, never at
 * what a pair comes to: between two releases of Spring Boot, the jars that its bill of materials names in other versions (jars of all kinds that people
 * use with it, not its own alone); of each group the first by name, so that no large family of jars outweighs the others; each artifact once for each
 * kind of bump.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maven } from '../../../e2e/corpus/commands.mjs';

const steps = [
  ['3.5.0', '3.5.7'],
  ['3.4.11', '3.5.7'],
  ['3.3.13', '3.4.11'],
  ['2.7.18', '3.1.12'],
];

/** Chosen artifacts of which a version could not be fetched when the list was made: they are left out, and nothing stands in for them. */
const notFetched = new Set(readFileSync(join(import.meta.dirname, 'not-fetched.txt'), 'utf8').split('\n'));

const scratch = mkdtempSync(join(tmpdir(), 'maven-bumps-'));
const releases = new Map([...new Set(steps.flat())].map((release) => [release, managed(release)]));
rmSync(scratch, { recursive: true });
const lines = bumps().map(({ kind, name, before, after }) => `${kind} ${name} ${before} ${after}\n`);
writeFileSync(join(import.meta.dirname, 'bumps.txt'), lines.join(''));

function bumps() {
  const chosen = new Map();
  for (const [before, after] of steps) {
    const groups = new Set();
    for (const [name, version] of [...releases.get(after)].sort()) {
      const older = releases.get(before).get(name);
      const [group] = name.split(':');
      if (older === undefined || older === version || groups.has(group)) continue;
      const bump = { kind: kindOf(older, version), name, before: older, after: version };
      const id = `${bump.kind} ${name}`;
      if (chosen.has(id)) continue;
      groups.add(group);
      chosen.set(id, bump);
    }
  }
  const found = [...chosen.values()].filter(({ name }) => !notFetched.has(name));
  return found.sort((a, b) => compare(a.kind, b.kind) || compare(a.name, b.name));
}

function kindOf(before, after) {
  const [old, next] = [before, after].map((version) => version.split(/[.-]/));
  if (old[0] !== next[0]) return 'major';
  return old[1] === next[1] ? 'patch' : 'minor';
}

/** Versions by `group:artifact`, of plain jars: what Maven makes of the bill of materials and of all those that it imports. */
function managed(release) {
  const [pom, effective] = [join(scratch, 'pom.xml'), join(scratch, 'effective.xml')];
  const parent = `<groupId>org.springframework.boot</groupId><artifactId>spring-boot-dependencies</artifactId><version>${release}</version>`;
  writeFileSync(
    pom,
    `<project><modelVersion>4.0.0</modelVersion><parent>${parent}<relativePath/></parent><groupId>bumps</groupId><artifactId>bumps</artifactId><version>1</version><packaging>pom</packaging></project>`,
  );
  const goal = 'org.apache.maven.plugins:maven-help-plugin:3.5.1:effective-pom';
  maven(`asking for Spring Boot ${release}`, '-f', pom, goal, `-Doutput=${effective}`);
  const text = readFileSync(effective, 'utf8');
  const section = text.slice(text.indexOf('<dependencyManagement>'), text.indexOf('</dependencyManagement>'));
  const dependencies = section.replace(/<exclusions>[\s\S]*?<\/exclusions>/g, '');
  const found = new Map();
  for (const [, dependency] of dependencies.matchAll(/<dependency>([\s\S]*?)<\/dependency>/g)) {
    const field = (name) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(dependency)?.[1];
    const isPlain = field('classifier') === undefined && (field('type') ?? 'jar') === 'jar';
    if (isPlain) found.set(`${field('groupId')}:${field('artifactId')}`, field('version'));
  }
  return found;
}

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
