import { posix } from 'node:path';
import { type Finding, lineAt, matchingLines } from './workspace.ts';

const lineLimit = 400;

/** Drawers: names that say nothing of what is inside. */
const drawer = /^(utils?|helpers?|common|shared|misc|types|managers?)$|-(utils?|helpers?|managers?)$/;

interface TextRule {
  /** Files the rule looks at. */
  readonly files: (file: string) => boolean;
  readonly pattern: RegExp;
  readonly message: string;
}

const textRules: readonly TextRule[] = [
  {
    files: isCode,
    // Spelled so that the rule does not find itself.
    pattern: /(?<![\w/-])(?:TO[D]O|FIX[M]E|X{3}|HAC[K])\b/,
    message: 'work left over: do it, or open an issue',
  },
  {
    files: (file) => isTestFile(file),
    pattern: /^\s*(?:test|it|describe)(?:\.\w+)*\.(?:only|todo)\b/,
    message: 'a test that is left alone or left out',
  },
  {
    files: (file) => isTestFile(file) && !file.startsWith('e2e/'),
    pattern: /^\s*(?:test|it|describe)(?:\.\w+)*\.(?:skip|skipIf|runIf)\b/,
    message: 'a test that does not always run',
  },
  {
    files: (file) => isShipped(file) && !file.startsWith('packages/cli/'),
    pattern: /\bconsole\.\w|\bprocess\.(?:stdout|stderr|exit|exitCode)\b/,
    message: 'only the CLI prints and ends the process',
  },
  {
    // Vitest wants its settings and its global set-ups as default exports.
    files: (file) => isCode(file) && !/(^|\/)vitest\.|\.config\.|\/testing\//.test(file),
    pattern: /^export default\b|^export \{[^}]*\bdefault\b/,
    message: 'a default export; name it',
  },
  {
    files: isText,
    pattern: /(?<![\w.])(?:\/(?:home|Users|work)\/(?!me\b)[a-z]|\/root\/|[A-Z]:\\Users\\)/,
    message: 'a path of one machine; /home/me is everybody',
  },
  {
    files: isText,
    pattern: /registry\.(?:npmjs|yarnpkg)\.|repo1?\.maven\.|(?:files\.pythonhosted|pypi)\.org/,
    message: 'a registry by name: what is fetched from where is for the user to configure',
  },
];

export function nameFindings(files: readonly string[]): Finding[] {
  return files.filter(isCode).flatMap((file) => {
    const bad = file.split('/').find((name) => drawer.test(name.split('.')[0] ?? ''));
    return bad === undefined ? [] : [{ file, line: 1, message: `"${bad}" does not say what is inside` }];
  });
}

export function textFindings(file: string, text: string): Finding[] {
  const findings = textRules
    .filter((rule) => rule.files(file))
    .flatMap((rule) =>
      matchingLines(text, rule.pattern).map(({ line, match }) => ({
        file,
        line,
        message: `${match[0].trim()}: ${rule.message}`,
      })),
    );
  return [...findings, ...lengthFindings(file, text)];
}

function lengthFindings(file: string, text: string): Finding[] {
  const lines = lineAt(text, text.length) - 1;
  if (!isCode(file) || lines <= lineLimit) return [];
  return [
    { file, line: lines, message: `${lines} lines, more than ${lineLimit}: more than one thing lives here` },
  ];
}

function isCode(file: string): boolean {
  return /\.(ts|mts|js|mjs|cjs)$/.test(file);
}

function isTestFile(file: string): boolean {
  return file.endsWith('.test.ts');
}

/** Source of a published package that is not there for tests alone. */
function isShipped(file: string): boolean {
  return /^packages\/[^/]+\/src\/(?!testing\/)/.test(file) && isCode(file) && !isTestFile(file);
}

/** Text that people wrote. A lock file is a tool's. */
function isText(file: string): boolean {
  return posix.basename(file) !== 'package-lock.json' && !/\.(bin|tar|gz|zip|jar|png)$/.test(file);
}
