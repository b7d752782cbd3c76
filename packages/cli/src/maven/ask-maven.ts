import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { checkSignal } from '@block-pack/core';
import { type MavenModule, modulePath } from './maven-module.ts';

/** What Maven says of a module's dependencies, or why it says nothing. */
export type MavenAnswer =
  | { readonly kind: 'tree'; readonly text: string }
  | { readonly kind: 'none'; readonly why: string };

export interface MavenQuestion {
  readonly program: string;
  readonly module: MavenModule;
  /** True where only what is on this machine may be used. */
  readonly isOffline: boolean;
  readonly signal: AbortSignal;
}

/** The `mvn` of the PATH; relative entries of it are not looked at, since they mean another program in every checkout. */
export function mavenOnPath(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  return folders.map((folder) => join(folder, 'mvn')).find(isProgram);
}

/** The wrapper that a build brings, of the version that it wants; it may fetch that first. */
export function mavenWrapper({ root }: MavenModule): string | undefined {
  const wrapper = join(root, 'mvnw');
  return isProgram(wrapper) ? wrapper : undefined;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Seconds; the tree of a large build takes ten on a slow machine. */
const timeLimit = 60;

/**
 * Has Maven write the dependency tree of one module. Trees of the modules that it needs are made on the way, for Maven 3 knows a module that
 * is not installed only where it is part of the call; a list would need their jars, too.
 * @throws INTERRUPTED
 */
export async function askMaven({ program, module, isOffline, signal }: MavenQuestion): Promise<MavenAnswer> {
  const folder = mkdtempSync(join(tmpdir(), 'block-pack-maven-'));
  try {
    const file = join(folder, 'tree.txt');
    const path = modulePath(module);
    const words = [
      ...(isOffline ? ['-o'] : []),
      ...['-B', '-f', join(module.root, 'pom.xml'), ...(path === '' ? ['-N'] : ['-pl', path, '-am'])],
      'org.apache.maven.plugins:maven-dependency-plugin:tree',
      ...[`-DoutputFile=${file}`, '-DappendOutput=true', '-DoutputType=text', '-Dstyle.color=never'],
    ];
    const failure = await runToEnd(program, words, module.root, signal);
    checkSignal(signal);
    if (failure !== undefined) return { kind: 'none', why: failure };
    const text = lastTree(readIfThere(file));
    return text === '' ? { kind: 'none', why: 'it writes no tree' } : { kind: 'tree', text };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The module that was asked for is built last. Only the root of a tree has nothing before it. */
function lastTree(text: string): string {
  const lines = text.split('\n');
  const start = lines.findLastIndex((line) => /^[^\s|+\\]/.test(line));
  return start === -1 ? '' : lines.slice(start).join('\n');
}

/** Bytes; a thousand dependencies need a hundred thousand. */
const treeLimit = 16 << 20;

function readIfThere(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats === undefined || stats.size > treeLimit ? '' : readFileSync(file, 'utf8');
}

/** Characters that are kept of what it says, in which an error is looked for. */
const wordsKept = 20_000;

/** @returns why it failed; undefined where it did not */
async function runToEnd(
  program: string,
  words: readonly string[],
  directory: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const child = spawn(program, words, {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'ignore'],
    // A group of its own, so that all that the script starts ends with it; Ctrl-C is for us to hear.
    detached: true,
  });
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-wordsKept);
  });
  let isLate = false;
  const end = () => endGroup(child);
  const clock = setTimeout(() => {
    isLate = true;
    end();
  }, timeLimit * 1000);
  signal.addEventListener('abort', end);
  try {
    const code = await ended(child);
    if (isLate) return `it takes longer than ${timeLimit} s`;
    return code === 0 ? undefined : reasonIn(said, code);
  } finally {
    clearTimeout(clock);
    signal.removeEventListener('abort', end);
  }
}

function ended(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, killer) => resolve(code ?? killer ?? 'killed'));
  });
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

function reasonIn(said: string, code: number | string): string {
  const error = said.split('\n').find((line) => line.startsWith('[ERROR]') && line.length > 10);
  return error === undefined ? `exit code ${code}` : error.slice('[ERROR] '.length, 300).trim();
}
