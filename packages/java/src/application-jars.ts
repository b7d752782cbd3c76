import type { PackMemory } from '@block-pack/core';
import type { Coordinates } from './coordinates.ts';
import type { ResolverEvidence } from './evidence/resolver-evidence.ts';
import type { JarIdentity } from './identity.ts';
import { holdsClass, type JarFacts, type PlacedJar } from './jar-facts.ts';
import { fileNameOf, jarStem } from './jar-name.ts';
import type { JarPart } from './placement.ts';

/** A jar with all that is known of it. */
export interface IdentifiedJar {
  readonly jar: PlacedJar;
  readonly part: JarPart;
  readonly facts: JarFacts;
  readonly identity: JarIdentity;
}

/**
 * Tells the application's own jars from its dependencies, with the reason for each. The rules are those of docs/guide/java.md.
 * @param patterns file names; `*` stands for any characters
 */
export async function applicationJars(
  jars: readonly IdentifiedJar[],
  patterns: readonly string[],
  evidence: readonly ResolverEvidence[],
  memory: PackMemory,
): Promise<ReadonlyMap<IdentifiedJar, string>> {
  const found = new Map<IdentifiedJar, string>();
  const roots = evidence.flatMap(({ root }) => root ?? []);
  const lists = completeLists(jars, evidence);
  for (const one of jars) {
    const reason =
      namedBy(patterns, one) ??
      one.part.own ??
      rootOf(roots, one) ??
      classPathReason(one, jars) ??
      unlistedReason(one, lists) ??
      (await startReason(one, memory));
    if (reason !== undefined) found.set(one, reason);
  }
  const modules = [...[...found.keys()].flatMap(moduleOf), ...lists.map(({ root }) => rootModule(root))];
  for (const one of jars) {
    const reason = found.has(one) ? undefined : siblingReason(one, modules);
    if (reason !== undefined) found.set(one, reason);
  }
  return found;
}

function namedBy(patterns: readonly string[], { part }: IdentifiedJar): string | undefined {
  const pattern = patterns.find((one) => matches(one, part.file) || matches(one, fileNameOf(part.file)));
  return pattern && `it is named by --application ${pattern}`;
}

function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*');
  if (parts.length === 1) return pattern === name;
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length)
    return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const next = name.indexOf(part, at);
    if (next === -1 || next + part.length > name.length - last.length) return false;
    at = next + part.length;
  }
  return true;
}

function rootOf(roots: readonly Coordinates[], { identity, part }: IdentifiedJar): string | undefined {
  const stem = jarStem(part.file);
  const root = roots.find(({ group, artifact, version }) =>
    identity.kind === 'known'
      ? identity.coordinates.group === group && identity.coordinates.artifact === artifact
      : stem === `${artifact}-${version}`,
  );
  return root && `the libraries were resolved for ${root.group}:${root.artifact}`;
}

/** A jar that starts an application names the others; some old libraries name one or two neighbours. */
const fewestNamed = 3;

function classPathReason(one: IdentifiedJar, jars: readonly IdentifiedJar[]): string | undefined {
  if (one.facts.classPath.length < fewestNamed) return undefined;
  const named = new Set(one.facts.classPath.map(fileNameOf));
  const others = jars.filter((other) => other !== one && sameInput(other, one));
  const count = others.filter(({ part }) => named.has(fileNameOf(part.file))).length;
  if (count < fewestNamed || count * 2 < others.length) return undefined;
  return `the Class-Path of its manifest names ${count} of ${others.length} others`;
}

function sameInput(a: IdentifiedJar, b: IdentifiedJar): boolean {
  const folder = ({ jar, part }: IdentifiedJar) => jar.placement.origin.slice(0, -part.file.length);
  return folder(a) === folder(b);
}

/** A list of all that the application needs, which is not the application itself. */
interface CompleteList {
  readonly name: string;
  readonly root: Coordinates;
  readonly has: ReadonlySet<string>;
}

/** The lists with a root that some of the jars are in; others were made for something else. */
function completeLists(
  jars: readonly IdentifiedJar[],
  evidence: readonly ResolverEvidence[],
): readonly CompleteList[] {
  return evidence.flatMap(({ complete, root, components, name }) => {
    if (!complete || root === undefined) return [];
    const has = new Set(components.map(({ group, artifact }) => `${group}:${artifact}`));
    const isOfThisInput = jars.some(
      ({ identity }) => identity.kind === 'known' && has.has(listKey(identity)),
    );
    return isOfThisInput ? [{ name, root, has }] : [];
  });
}

function unlistedReason({ identity }: IdentifiedJar, lists: readonly CompleteList[]): string | undefined {
  if (identity.kind !== 'known') return undefined;
  const list = lists.find(
    ({ root, has }) => root.group === identity.coordinates.group && !has.has(listKey(identity)),
  );
  return list && `it has the group of the application that ${list.name} was made for, and is not in its list`;
}

function listKey({ coordinates: { group, artifact } }: JarIdentity & { readonly kind: 'known' }): string {
  return `${group}:${artifact}`;
}

async function startReason(
  { jar, part, identity }: IdentifiedJar,
  memory: PackMemory,
): Promise<string | undefined> {
  for (const mainClass of part.mainClasses) {
    if (isListed(identity)) return undefined;
    if (await holdsClass(jar, mainClass, memory))
      return `it holds ${mainClass}, which the start script starts`;
  }
  return undefined;
}

/** A library that a resolver lists stays one, also when the application lets it provide the main class. */
function isListed(identity: JarIdentity): boolean {
  return identity.kind === 'known' && identity.evidence.some(({ source }) => source.startsWith('resolver-'));
}

/** A module of the application's own build. */
interface Module {
  readonly group: string;
  readonly version: string;
  /** What it is called, for people. */
  readonly name: string;
}

function moduleOf({ identity, part }: IdentifiedJar): readonly Module[] {
  if (identity.kind !== 'known') return [];
  const { group, version } = identity.coordinates;
  return [{ group, version, name: fileNameOf(part.file) }];
}

function rootModule({ group, artifact, version }: Coordinates): Module {
  return { group, version, name: `${group}:${artifact}, which the libraries were resolved for` };
}

function siblingReason({ identity }: IdentifiedJar, modules: readonly Module[]): string | undefined {
  if (identity.kind !== 'known') return undefined;
  const { group, version } = identity.coordinates;
  const sibling = modules.find((module) => module.group === group && module.version === version);
  return sibling && `it has group and version of ${sibling.name}`;
}
