import type { Coordinates, NamedJar } from './coordinates.ts';

/** What a file name is compared with. */
export interface ExpectedName extends Coordinates {
  /** False where the source has no room for a classifier, so that one may stand behind the version. */
  readonly classifierKnown: boolean;
}

/** How a file name spells coordinates; the first is the surest. */
export type Spelling = 'plain' | 'with-group' | 'with-classifier' | 'without-version';

const timestamp = /-\d{8}\.\d{6}-\d+(?=-|$)/;

/** A snapshot is called by its base version or by the time it was made: the two are one. */
export function sameSnapshot(text: string): string {
  return text.replace(timestamp, '-SNAPSHOT');
}

/** The file's name without `.jar`. */
export function jarStem(path: string): string {
  return (path.split('/').at(-1) ?? path).replace(/\.jar$/i, '');
}

/** How `stem` spells the coordinates, if it does. */
export function spellingOf(stem: string, of: ExpectedName): Spelling | undefined {
  const seen = sameSnapshot(stem);
  const base = `${of.artifact}-${sameSnapshot(of.version)}`;
  const full = of.classifier === undefined ? base : `${base}-${of.classifier}`;
  if (seen === full) return 'plain';
  if (seen === `${of.group}.${full}`) return 'with-group';
  if (!of.classifierKnown && seen.startsWith(`${base}-`)) return 'with-classifier';
  if (!of.classifierKnown && seen.startsWith(`${of.group}.${base}-`)) return 'with-group';
  return seen === of.artifact ? 'without-version' : undefined;
}

/** The classifier that a file name has behind coordinates whose source does not tell it. */
export function classifierIn(stem: string, of: Coordinates): string | undefined {
  const base = `${of.artifact}-${sameSnapshot(of.version)}-`;
  const seen = sameSnapshot(stem);
  const at = [base, `${of.group}.${base}`].find((start) => seen.startsWith(start));
  return at === undefined ? undefined : seen.slice(at.length);
}

/**
 * Reads `<artifact>-<version>[-<classifier>]` without help. The version begins at the first `-` that a digit follows; but where a word
 * that is no part of any version stands behind it and a number follows later, the artifact goes on (`log4j-1.2-api-2.20.0`).
 */
export function readJarName(stem: string): NamedJar {
  const words = stem.split('-');
  const start = versionStart(words);
  if (start === undefined) return { artifact: stem || 'jar' };
  const artifact = words.slice(0, start).join('-');
  const end = classifierStart(words, start);
  const version = words.slice(start, end).join('-');
  return end === words.length
    ? { artifact, version }
    : { artifact, version, classifier: words.slice(end).join('-') };
}

const versionBegins = /^(\d|[vr]\d+(\.|$)|RELEASE\d)/;
const qualifier =
  /^(\d.*|v\d.*|(a|b|m|r|rc|cr|sp|alpha|beta|milestone|ga|final|release|snapshot|pre|preview|dev|rev|incubating|jre|android|jdk|java|hadoop|scala|spark|groovy|jsr|jvm|redhat|jboss|atlassian|oss|public|jakarta|javax|ea|eap|build|patch|draft)(?![a-z]).*)$/i;

function versionStart(words: readonly string[]): number | undefined {
  const starts = words.flatMap((word, i) =>
    words.slice(0, i).some(Boolean) && versionBegins.test(word) ? [i] : [],
  );
  return starts.find((start, n) => {
    const next = starts[n + 1];
    if (next === undefined) return true;
    // One or two digits before a dotted version number the artifact: `flink-shaded-asm-9-9.5-17.0`.
    if (next === start + 1 && /^\d\d?$/.test(words[start] ?? '') && words[next]?.includes('.')) return false;
    return words.slice(start + 1, next).every((word) => qualifier.test(word));
  });
}

/** Words that real jars have as classifiers and no real version has behind its number. */
const classifier =
  /^(linux|osx|macos|macosx|mac|darwin|windows|win32|win64|natives?|tests?|sources|javadoc|shaded|shadow|nohive|no_aop|uber|fat|all|full|complete|exec|runner|runtime|standalone|nodep|nodeps|bundle|embedded|agent|data|resources|models?|classes|client|server|tools|debug|jar|indy|grooid|jdk1[56]|mr1)(?:$|[-_.\d])/i;

function classifierStart(words: readonly string[], start: number): number {
  for (let at = start + 1; at < words.length; at++) {
    const word = words[at] ?? '';
    if (classifier.test(word)) return at;
    if (!qualifier.test(word)) break;
  }
  return words.length;
}

/** The last name of a path. */
export function fileNameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
