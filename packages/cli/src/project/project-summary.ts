import { byteSize, count } from '../byte-size.ts';
import type { Console } from '../console.ts';
import type { PackOutcome } from '../pack-run.ts';
import { printable, table } from '../table.ts';
import { commandWords, shellText } from './command-words.ts';
import type { PackedApplication } from './pack-application.ts';
import type { ApplicationPlan, PackPlan } from './plan-applications.ts';

/** Where the plan comes from. */
export interface PlanSource {
  /** The configuration, as it is shown; undefined where there is none. */
  readonly file: string | undefined;
  /** What was seen of the project, and what follows, where there is none. */
  readonly reasons: readonly string[];
}

export function planDocument({ file, reasons }: PlanSource, plans: readonly ApplicationPlan[]) {
  return {
    configuration: file ?? null,
    ...(file === undefined ? { detected: reasons } : {}),
    dryRun: true,
    applications: plans.map((plan) => ({
      name: plan.name,
      directory: plan.directory,
      calls: commandWords(plan),
    })),
  };
}

export function planText(source: PlanSource, plans: readonly ApplicationPlan[], console: Console): string {
  const sections = plans.map((plan) => {
    const calls = commandWords(plan).map((words) => `  block-pack ${shellText(words)}\n`);
    return `\n${console.bold(plan.name)} in ${printable(plan.directory)}\n${calls.map(printableLine).join('')}`;
  });
  return [
    sourceText(source, console),
    'Nothing is written; these calls would do the same:\n',
    ...sections,
  ].join('');
}

function printableLine(line: string): string {
  return `${printable(line.trimEnd())}\n`;
}

export function projectDocument({ file, reasons }: PlanSource, packed: readonly PackedApplication[]) {
  return {
    configuration: file ?? null,
    ...(file === undefined ? { detected: reasons } : {}),
    applications: packed.map(({ plan, packs, images, report }) => ({
      name: plan.name,
      directory: plan.directory,
      packs: packs.map((pack, at) => packDocument(plan.packs[at], pack)),
      images: images.map(({ document: { form, image, output, tag } }) => ({ form, image, output, tag })),
      ...(report?.document.rules === undefined ? {} : { rules: report.document.rules }),
    })),
  };
}

function packDocument(plan: PackPlan | undefined, { document }: PackOutcome) {
  const names = { packer: plan?.packer, name: plan?.name };
  if ('frozen' in document) return { ...names, frozen: document.frozen };
  const { manifest, tag, totals } = document;
  return { ...names, manifest, tag, totals };
}

export function projectText(
  source: PlanSource,
  packed: readonly PackedApplication[],
  console: Console,
): string {
  const findings = packed.flatMap(({ packs, report }) =>
    [...packs, ...(report === undefined ? [] : [report])]
      .filter(({ exitCode }) => exitCode !== 0)
      .map((found) => `\n${found.text(console)}`),
  );
  return [
    sourceText(source, console),
    ...packed.map((one) => applicationText(one, console)),
    ...findings,
  ].join('');
}

/** A project without a configuration is told what was made of it. */
function sourceText({ file, reasons }: PlanSource, console: Console): string {
  if (file !== undefined) return '';
  const lines = reasons.map((reason) => `  ${printable(reason)}\n`);
  return `${console.bold('No configuration; as recognised')} (block-pack init writes it down)\n${lines.join('')}\n`;
}

function applicationText({ plan, packs, images }: PackedApplication, console: Console): string {
  const rows = [
    ...plan.packs.map((pack, at) => [pack.name, packWords(packs[at]), pack.options.output]),
    ...images.map(({ document: { image, output } }) => [
      'image',
      `${image.digest}, ${output.newBytes === 0 ? 'nothing new' : `${byteSize(output.newBytes)} new`}`,
      output.place,
    ]),
  ];
  return `${console.bold(plan.name)}\n${table([{ title: 'PART' }, { title: 'RESULT' }, { title: 'PLACE' }], rows)}`;
}

function packWords(outcome: PackOutcome | undefined): string {
  if (outcome === undefined) return '';
  const { document } = outcome;
  if ('frozen' in document) return document.frozen.same ? 'up to date' : 'not up to date';
  const { blocks, bytes, newBlocks, newBytes } = document.totals;
  const news = newBlocks === 0 ? '0 new' : `${newBlocks} new (${byteSize(newBytes)})`;
  return `${count(blocks, 'block')}, ${byteSize(bytes)}: ${news}`;
}
