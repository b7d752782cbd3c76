import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { BlockPackError, findingsExitCode, type InputDirectory, type TreeEntry } from '@block-pack/core';
import {
  checkStoreApart,
  type OpenInput,
  openInput,
  openPackMemory,
  openStore,
  type Store,
} from '@block-pack/store';
import { byteSize, count } from '../byte-size.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { type CheckResult, checkPacks } from '../doctor/check/check-packs.ts';
import { checkText } from '../doctor/check/check-text.ts';
import { type Diagnosis, diagnose } from '../doctor/diagnosis.ts';
import { diagnosisText, totalsOf } from '../doctor/diagnosis-text.ts';
import type { Ecosystem } from '../doctor/ecosystems.ts';
import type { Examination } from '../doctor/examination.ts';
import { type PackerOptions, type Packing, packingFor } from '../doctor/packings.ts';
import { recogniseEcosystem } from '../doctor/recognise.ts';
import { usualNpmCache } from './npm.ts';

export interface DoctorCommandOptions extends PackerOptions {
  readonly packer?: Ecosystem;
  readonly check?: boolean;
  /** Show every finding. */
  readonly all?: boolean;
}

export async function doctor(
  input: string,
  options: DoctorCommandOptions,
  { warn, ...rest }: CommandContext,
): Promise<Outcome> {
  // A packer that is asked twice, since links had to be taken out, says its warnings twice.
  const said = new Set<string>();
  const context: CommandContext = {
    ...rest,
    warn: (warning) => {
      if (said.has(warning.message)) return;
      said.add(warning.message);
      warn(warning);
    },
  };
  const store = await openStore(context.storeDirectory, { create: true });
  const lease = await store.lease();
  let open: OpenInput | undefined;
  let packing: Packing | undefined;
  try {
    const { scratchDirectory } = store;
    const reached = resolve(context.directory, input);
    open = await openInput(reached, { name: input, scratch: { scratchDirectory }, signal: context.signal });
    const ecosystem = options.packer ?? (await recogniseEcosystem(open.directory));
    checkOptions(options, ecosystem);
    packing = packingFor(ecosystem, input, withUsualCache(options, ecosystem), context);
    const view = packing.view.view(open.directory);
    const examination = await examineInput(open, packing, store, context);
    const diagnosis = await diagnose({ input: open, view, reached, ecosystem }, examination, context);
    for (const warning of diagnosis.warnings) context.warn(warning);
    if (options.check !== true) return outcomeOf(input, ecosystem, diagnosis, undefined, options);
    const original = { path: open.realPath, entries: await packedEntries(view, examination) };
    const words = [ecosystem, ...packWords(options, context)];
    return outcomeOf(input, ecosystem, diagnosis, await checkPacks(original, words, context), options);
  } finally {
    await packing?.close();
    await open?.close();
    await lease.release();
  }
}

/** What of an input can be packed; undefined for an archive, which is packed as a whole. */
async function packedEntries(
  view: InputDirectory,
  { leaving }: Examination,
): Promise<readonly TreeEntry[] | undefined> {
  if (view.archive !== undefined) return undefined;
  const left = new Set(leaving.map(({ path }) => path));
  return (await view.entries()).filter(({ path }) => !left.has(path));
}

/** The options that decide what is packed, as the packing command takes them; the check has a working directory of its own. */
function packWords(options: PackerOptions, { directory }: CommandContext): string[] {
  const repeated = (flag: string, values: readonly string[] = []) => values.flatMap((value) => [flag, value]);
  return [
    ...repeated('--omit', options.omit),
    ...repeated('--workspace', options.workspace),
    ...repeated(
      '--lock',
      options.lock?.map((file) => resolve(directory, file)),
    ),
    ...repeated('--application', options.application),
    ...repeated('--exclude', options.exclude),
  ];
}

/** A diagnosis is about this machine, so what it knows of published packages is asked where nothing else is named. */
function withUsualCache(options: PackerOptions, ecosystem: Ecosystem): PackerOptions {
  const isTold = options.npmCache !== undefined || options.tarballs !== undefined;
  return isTold || ecosystem !== 'npm' || !existsSync(usualNpmCache())
    ? options
    : { ...options, npmCache: true };
}

/** Which options mean something to one packer only. */
const optionsOf: Readonly<Partial<Record<keyof PackerOptions, Ecosystem>>> = {
  omit: 'npm',
  workspace: 'npm',
  npmCache: 'npm',
  tarballs: 'npm',
  lock: 'python',
  application: 'java',
  exclude: 'files',
};

/** @throws USAGE */
function checkOptions(options: PackerOptions, ecosystem: Ecosystem): void {
  for (const [name, owner] of Object.entries(optionsOf)) {
    if (owner === ecosystem || !Object.hasOwn(options, name)) continue;
    const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new BlockPackError('USAGE', `${flag} is for ${owner}, and this is diagnosed as ${ecosystem}`, {
      hint: `Leave it away, or say --packer ${owner}.`,
    });
  }
}

/** Its blocks go into the store, without a tag: who packs it next does not have to cut them. */
async function examineInput(
  input: OpenInput,
  packing: Packing,
  store: Store,
  context: CommandContext,
): Promise<Examination> {
  for (const folder of await packing.view.folders(input.directory))
    checkStoreApart(store.directory, resolve(input.realPath, folder));
  const memory = await openPackMemory(store, [input.realPath]);
  const examination = await packing.examine(input.directory, store, {
    memory,
    signal: context.signal,
    warn: (warning) => context.warn(warning),
    onProgress: ({ blocks, totalBlocks, bytes, totalBytes }) =>
      context.progress.show(
        `reading ${blocks} of ${count(totalBlocks, 'block')}, ${byteSize(bytes)} of ${byteSize(totalBytes)}`,
      ),
  });
  await memory.save();
  return examination;
}

function outcomeOf(
  input: string,
  ecosystem: Ecosystem,
  { findings }: Diagnosis,
  check: CheckResult | undefined,
  { all = false }: DoctorCommandOptions,
): Outcome {
  const totals = totalsOf(findings);
  const isHealthy = totals.differs + totals.mayDiffer + (check?.differences.length ?? 0) === 0;
  return {
    document: {
      input,
      packer: ecosystem,
      totals,
      findings,
      ...(check === undefined ? {} : { check: { same: check.differences.length === 0, ...check } }),
    },
    text: (console) =>
      diagnosisText({ input, ecosystem, findings, all }, console) +
      (check === undefined ? '' : checkText(check, all, console)),
    exitCode: isHealthy ? 0 : findingsExitCode,
  };
}
