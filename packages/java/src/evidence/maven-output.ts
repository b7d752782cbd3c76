import { areCoordinates } from '../coordinates.ts';
import type { ResolvedComponent, ResolverEvidence } from './resolver-evidence.ts';
import { shortLines } from './short-lines.ts';

export const mavenScopes: ReadonlySet<string> = new Set([
  'compile',
  'provided',
  'runtime',
  'test',
  'system',
  'import',
]);

/** Colours, the log level, and what later versions of the plug-in append. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are coloured by ESC
const colour = /\u001b\[[0-9;]*m/g;
const level = /^\[(INFO|WARNING)\] ?/;
const branches = /^[\s|+\\\-│├└─]+/;
const remarks = / \((optional|version managed|scope (managed|not updated)|exclusions managed)[^()]*\)/g;
const optional = /\(optional[^()]*\)/;
const moduleName = ' -- module ';

/**
 * Reads what `mvn dependency:list` and `mvn dependency:tree` write, into a file or among a whole build's log.
 * @returns undefined when no line of it is one of theirs
 * @see https://maven.apache.org/plugins/maven-dependency-plugin/
 */
export function readMavenOutput(text: string, name: string): ResolverEvidence | undefined {
  const components: ResolvedComponent[] = [];
  let root: ResolvedComponent | undefined;
  let isTree = false;
  let isEmptyList = false;
  for (const raw of shortLines(text)) {
    const [said = ''] = raw.replace(colour, '').replace(level, '').split(moduleName, 1);
    const line = said.replace(remarks, '').trimEnd();
    isEmptyList ||= line.trim() === 'none';
    isTree ||= /^[|+\\│├└]/.test(line);
    const component = readLine(line.replace(branches, ''));
    if (component?.scope !== undefined)
      components.push({ ...component, isDirect: isDirect(line), isOptional: optional.test(said) });
    else if (component !== undefined) root ??= component;
  }
  if (components.length === 0 && root === undefined && !isEmptyList) return undefined;
  const source = isTree || root !== undefined ? 'maven-tree' : 'maven-list';
  return { source, name, root, components, complete: true };
}

/** In a tree, what hangs on the root by a branch of its own; a list does not tell. */
function isDirect(line: string): boolean | undefined {
  if (/^[+\\├└][-─] /.test(line)) return true;
  return /^[|│ ] +[|+\\│├└]/.test(line) || /^ {3}[+\\├└]/.test(line) ? false : undefined;
}

/** `group:artifact:type[:classifier]:version[:scope[:path]]`; only the root of a tree has no scope. */
function readLine(line: string): ResolvedComponent | undefined {
  const words = line.split(':');
  const [group, artifact, type, ...rest] = words;
  // The first of them is never a scope: a classifier can be called `runtime`.
  const at = [1, 2].find((index) => mavenScopes.has(rest[index]?.trim() ?? '')) ?? -1;
  if (at === -1 && (rest.length === 0 || rest.length > 2)) return undefined;
  const said = at === -1 ? rest : rest.slice(0, at);
  const version = said.at(-1)?.trim();
  const classifier = said.length === 2 ? said[0] : undefined;
  if (group === undefined || artifact === undefined || type === undefined || version === undefined)
    return undefined;
  if (!areCoordinates({ group, artifact, version, classifier }) || !/^[\w.+-]+$/.test(type)) return undefined;
  const path =
    at === -1
      ? ''
      : rest
          .slice(at + 1)
          .join(':')
          .trim();
  return {
    group,
    artifact,
    version,
    classifier,
    type,
    classifierKnown: true,
    scope: at === -1 ? undefined : rest[at]?.trim(),
    path: path === '' ? undefined : path,
    hashes: [],
  };
}
