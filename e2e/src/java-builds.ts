import { readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { builtCli, run } from './workspace.ts';

/** Replaces a text that must be there. */
export function edit(file: string, before: string, after: string): void {
  const text = readFileSync(file, 'utf8');
  if (!text.includes(before)) throw new Error(`${file} does not say ${before}`);
  writeFileSync(file, text.replaceAll(before, after));
}

export interface MavenBuild {
  /** Maven's local repository. */
  readonly repository: string;
  readonly store: string;
  /** More words for Maven. */
  readonly words?: readonly string[];
}

/** Runs `mvn package`, in which the project calls block-pack; what both say. */
export function mavenPackage(project: string, { repository, store, words = [] }: MavenBuild): string {
  const call = ['-Dblock-pack.program=node', `-Dblock-pack.command=${builtCli}`];
  const how = ['-B', '-ntp', '-f', project, `-Dmaven.repo.local=${repository}`];
  return said('mvn', [...how, ...call, ...words, 'package'], environment(store));
}

export interface GradleBuild {
  /** Gradle's user home, with its cache. */
  readonly home: string;
  readonly store: string;
  /** More words for Gradle. */
  readonly words?: readonly string[];
}

/** Runs both tasks of the script plug-in; what Gradle and block-pack say. */
export function gradleImage(project: string, { home, store, words = [] }: GradleBuild): string {
  const how = ['--no-daemon', '--console', 'plain', '-g', home, '-p', project];
  const call = [`-PblockPack=node ${builtCli}`, ...words];
  // What Maven has fetched, Gradle would take.
  const env = { ...environment(store), GRADLE_OPTS: `-Dmaven.repo.local=${home}/no-repository` };
  return said('gradle', [...how, ...call, 'blockPack', 'blockPackImage'], env);
}

/** What a program that must end well says, its warnings too. */
function said(program: string, args: readonly string[], env: NodeJS.ProcessEnv): string {
  const { exitCode, stdout, stderr } = run(program, args, { env });
  if (exitCode === 0) return stdout + stderr;
  throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}:\n${stdout}${stderr}`);
}

/** With the Node of this process before all others. */
function environment(store: string): NodeJS.ProcessEnv {
  const path = `${join(process.execPath, '..')}${delimiter}${process.env.PATH}`;
  return { ...process.env, PATH: path, BLOCK_PACK_STORE: store };
}

/** The lines of an import manifest by their paths. */
export function importsIn(manifest: string): ReadonlyMap<string, string> {
  const lines = readFileSync(manifest, 'utf8').split('\n');
  const imports = lines.filter((line) => line.startsWith('/'));
  return new Map(imports.map((line) => [line.slice(0, line.indexOf(' from ')), line]));
}

/** Paths that one manifest has and the other has not, or has with another block. */
export function changedPaths(before: string, after: string): readonly string[] {
  const [old, now] = [importsIn(before), importsIn(after)];
  const paths = [...new Set([...old.keys(), ...now.keys()])];
  return paths.filter((path) => old.get(path) !== now.get(path)).sort();
}

/** Every purl of a manifest, with ` (application)` behind those of the application itself. */
export function purlsIn(manifest: string): readonly string[] {
  return [...importsIn(manifest).values()].map((line) => {
    const purl = /purl=(\S+)/.exec(line)?.[1] ?? '';
    return line.includes('role=application') ? `${purl} (application)` : purl;
  });
}
