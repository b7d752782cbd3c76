/** Numbers and qualifiers, each number with the separator before it; trailing nothings are trimmed. */
export type MavenVersion = readonly MavenToken[];

export type MavenToken =
  /** @property digits without leading zeros; there may be more than a double can hold */
  | { readonly kind: 'number'; readonly digits: string; readonly separator: '.' | '-' }
  /** Lower-case, aliases resolved; it counts alike behind a dot and behind a hyphen. */
  | { readonly kind: 'qualifier'; readonly text: string };

/** In their order; all others come behind them, alphabetically. What stands before the empty one comes before the release. */
const knownQualifiers = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];
const release = knownQualifiers.indexOf('');
const aliases = new Map([
  ['cr', 'rc'],
  ['ga', ''],
  ['final', ''],
  ['release', ''],
]);
/** Short forms, where a number follows at once. */
const shortForms = new Map([
  ['a', 'alpha'],
  ['b', 'beta'],
  ['m', 'milestone'],
]);

export function parseMavenVersion(text: string): MavenVersion {
  const tokens: MavenToken[] = [];
  let separator: '.' | '-' | '' = '.';
  const pieces = text.toLowerCase().match(/[.-]|[0-9]+|[^.0-9-]+/g) ?? [];
  for (const [at, piece] of pieces.entries()) {
    if (piece === '.' || piece === '-') {
      if (separator !== '') tokens.push(numberToken('0', separator));
      separator = piece;
    } else {
      // Where digits meet letters, it counts as a hyphen.
      tokens.push(tokenOf(piece, separator === '' ? '-' : separator, pieces[at + 1]));
      separator = '';
    }
  }
  return trimmed(tokens);
}

function tokenOf(piece: string, separator: '.' | '-', next: string | undefined): MavenToken {
  if (/^[0-9]/.test(piece)) return numberToken(piece, separator);
  const short = /^[0-9]/.test(next ?? '') ? shortForms.get(piece) : undefined;
  return { kind: 'qualifier', text: short ?? aliases.get(piece) ?? piece };
}

function numberToken(digits: string, separator: '.' | '-'): MavenToken {
  return { kind: 'number', digits: digits.replace(/^0+(?=.)/, ''), separator };
}

/** Without the nothings at the end, and those before each hyphen. */
function trimmed(tokens: readonly MavenToken[]): MavenVersion {
  const kept: MavenToken[] = [];
  for (const token of tokens) {
    if (isBehindHyphen(token)) dropNothings(kept);
    kept.push(token);
  }
  dropNothings(kept);
  return kept;
}

function isBehindHyphen(token: MavenToken): boolean {
  return token.kind === 'qualifier' || token.separator === '-';
}

function dropNothings(tokens: MavenToken[]): void {
  for (let last = tokens.at(-1); last !== undefined && isNothing(last); last = tokens.at(-1)) tokens.pop();
}

function isNothing(token: MavenToken): boolean {
  return token.kind === 'number' ? token.digits === '0' : token.text === '';
}

/**
 * Negative where a is older.
 * @see https://maven.apache.org/pom.html#version-order-specification
 */
export function compareMavenVersions(a: MavenVersion, b: MavenVersion): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [left, right] = [a[at], b[at]];
    const order = compareTokens(left ?? paddingFor(right), right ?? paddingFor(left));
    if (order !== 0) return order;
  }
  return 0;
}

function paddingFor(token: MavenToken | undefined): MavenToken {
  return token?.kind === 'number' && token.separator === '.'
    ? numberToken('0', '.')
    : { kind: 'qualifier', text: '' };
}

/** Qualifiers, then numbers behind a hyphen, then numbers behind a dot. */
function compareTokens(a: MavenToken, b: MavenToken): number {
  if (a.kind === 'qualifier' && b.kind === 'qualifier') return compareQualifiers(a.text, b.text);
  if (a.kind === 'qualifier') return -1;
  if (b.kind === 'qualifier') return 1;
  if (a.separator !== b.separator) return a.separator === '-' ? -1 : 1;
  return a.digits.length - b.digits.length || compareTexts(a.digits, b.digits);
}

function compareQualifiers(a: string, b: string): number {
  return rankOf(a) - rankOf(b) || compareTexts(a, b);
}

function rankOf(qualifier: string): number {
  const rank = knownQualifiers.indexOf(qualifier);
  return rank === -1 ? knownQualifiers.length : rank;
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The numbers that it begins with: `[2, 15, 3]` of `2.15.3-rc1`. */
export function mavenNumbers(version: MavenVersion): readonly string[] {
  const end = version.findIndex((token) => token.kind === 'qualifier' || token.separator === '-');
  const numbers = end === -1 ? version : version.slice(0, end);
  return numbers.map((token) => (token.kind === 'number' ? token.digits : '0'));
}

/** True for what comes before a release: `1.0-rc1`, `1.0-SNAPSHOT`. */
export function isMavenPreRelease(version: MavenVersion): boolean {
  const first = version.find((token) => token.kind === 'qualifier');
  return first?.kind === 'qualifier' && rankOf(first.text) < release;
}
