import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the whole workspace, with a slash at its end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** What a house rule has against a line. */
export interface Finding {
  /** Relative to the workspace. */
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** As editors and terminals link it: `packages/core/src/purl.ts:12: what is wrong`. */
export function showFindings(findings: readonly Finding[]): string[] {
  return findings.map(({ file, line, message }) => `${file}:${line}: ${message}`);
}

let listed: readonly string[] | undefined;

/** The files that are committed or about to be, relative to the workspace; without what .gitignore names. */
export function workspaceFiles(): readonly string[] {
  listed ??= listFiles();
  return listed;
}

function listFiles(): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 }).split('\0');
  return [...new Set(files)].filter((file) => file !== '' && existsSync(root + file)).sort();
}

export function readText(file: string): string {
  return readFileSync(root + file, 'utf8');
}

export function readJson(file: string): unknown {
  return JSON.parse(readText(file));
}

/** Lines that match, with their numbers from 1. */
export function matchingLines(text: string, pattern: RegExp): { line: number; match: RegExpExecArray }[] {
  return text.split('\n').flatMap((content, index) => {
    const match = pattern.exec(content);
    return match === null ? [] : [{ line: index + 1, match }];
  });
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
