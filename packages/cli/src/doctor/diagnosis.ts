import { homedir, tmpdir } from 'node:os';
import { dirname, resolve, sep } from 'node:path';
import { checkSignal, type InputDirectory, type TreeEntry, type Warning } from '@block-pack/core';
import type { OpenInput } from '@block-pack/store';
import { byteSize } from '../byte-size.ts';
import type { CommandContext } from '../command.ts';
import { diskFacts } from './disk-facts.ts';
import type { Ecosystem } from './ecosystems.ts';
import { type Examination, type Examined, type PackedFile, packedFiles } from './examination.ts';
import { type Finding, finding, isFindingCode } from './finding.ts';
import { jarTimes } from './jar-times.ts';
import { leakedPaths } from './leaked-paths.ts';
import { lockFiles } from './lock-files.ts';
import { MachinePaths } from './machine-paths.ts';
import { nativeBuilds } from './native-builds.ts';
import { type SurroundingProject, surroundingProject } from './project-root.ts';
import { unverified } from './unverified.ts';

/** What is diagnosed. */
export interface Patient {
  readonly input: OpenInput;
  /** As its packer sees it. */
  readonly view: InputDirectory;
  /** As the user reaches it, absolute. */
  readonly reached: string;
  readonly ecosystem: Ecosystem;
}

/** All that is not the same on every machine, what matters most first; and what the packer said beside that. */
export interface Diagnosis {
  readonly findings: readonly Finding[];
  readonly warnings: readonly Warning[];
}

/** @throws INPUT_CHANGED, INTERRUPTED */
export async function diagnose(
  patient: Patient,
  examination: Examination,
  context: CommandContext,
): Promise<Diagnosis> {
  const { input, view, ecosystem } = patient;
  const entries = await view.entries();
  const isDirectory = view.archive === undefined;
  const project = surroundingProject(input.realPath, homedir());
  const parts = componentParts(examination, entries, view);
  const packed = new Set(parts.flatMap(({ files }) => files.map(({ path }) => path)));
  const findings = [
    ...examination.leaving.map(({ path, target }) => finding('LINK_LEAVES', path, `leads to ${target}`)),
    ...(await lookThrough(parts, machinePaths(patient, project), context)),
    ...(await ofComponents(parts, ecosystem, project)),
    ...(isDirectory ? diskFacts(input.realPath, entries, (path) => packed.has(path)) : []),
    ...lockFiles(ecosystem, project.directories),
    ...told(examination.warnings),
    ...examination.leftOut.map(({ path, reason }) =>
      finding('LEFT_OUT', path, 'is in no block', { why: reason }),
    ),
  ];
  return {
    findings: findings.sort(gravestFirst),
    warnings: examination.warnings.filter(({ code }) => !isFindingCode(code)),
  };
}

interface Part {
  readonly component: Examined;
  readonly files: readonly PackedFile[];
}

function componentParts(
  { components }: Examination,
  entries: readonly TreeEntry[],
  { archive }: InputDirectory,
): Part[] {
  const inInput = new Set(entries.map(({ path }) => path));
  return components.map((component) => {
    const { content, path } = component;
    // A jar that is the whole input is no entry of it, and called by its own name.
    const isInput = content.kind === 'file' && archive !== undefined && content.file.origin === archive.path;
    const files = isInput ? [{ path, file: content.file }] : packedFiles(component, inInput);
    return { component, files };
  });
}

function machinePaths({ reached }: Patient, { root }: SurroundingProject): MachinePaths {
  const home = homedir();
  return new MachinePaths({
    own: [root, reached].filter(
      (path, at, all) => isPlace(path) && !all.slice(0, at).some((one) => liesIn(path, one)),
    ),
    home: isPlace(home) ? home : undefined,
    temporary: resolve(tmpdir()),
  });
}

function liesIn(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory + sep);
}

function isPlace(path: string): boolean {
  return path !== '' && dirname(path) !== path;
}

async function lookThrough(
  parts: readonly Part[],
  machine: MachinePaths,
  { progress, signal }: CommandContext,
): Promise<Finding[]> {
  const total = parts.reduce(
    (sum, { files }) => sum + files.reduce((all, { file }) => all + file.size, 0),
    0,
  );
  const found: Finding[] = [];
  let bytes = 0;
  for (const { component, files } of parts) {
    for (const file of files) {
      checkSignal(signal);
      found.push(...(await leakedPaths(component, file, machine)));
      bytes += file.file.size;
      progress.show(`looking for paths of this machine, ${byteSize(bytes)} of ${byteSize(total)}`);
    }
  }
  return found;
}

async function ofComponents(
  parts: readonly Part[],
  ecosystem: Ecosystem,
  { isJavaBuild }: SurroundingProject,
): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const { component, files } of parts) {
    const native = nativeBuilds(component, files, ecosystem);
    const compiled = new Set(native.map(({ path }) => path));
    // What a compiled file says already, and what the script did that made it.
    const rest = (await unverified(component)).filter(
      ({ code, path }) => !compiled.has(path) && (code !== 'CONTENT_UNKNOWN' || native.length === 0),
    );
    found.push(...native, ...rest);
    if (ecosystem === 'java') found.push(...(await jarTimes(component, isJavaBuild)));
  }
  return found;
}

/** The packer's warnings that speak of what differs. */
function told(warnings: readonly Warning[]): Finding[] {
  return warnings.flatMap(({ code, message }) => (isFindingCode(code) ? [finding(code, '.', message)] : []));
}

const gravity = { differs: 0, 'may-differ': 1, scrubbed: 2 } as const;

function gravestFirst(a: Finding, b: Finding): number {
  return gravity[a.severity] - gravity[b.severity] || compare(a.code, b.code) || compare(a.path, b.path);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
