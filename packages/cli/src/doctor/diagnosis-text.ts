import type { Console } from '../console.ts';
import { printable, table } from '../table.ts';
import type { Ecosystem } from './ecosystems.ts';
import type { Finding, Severity } from './finding.ts';

/** Rows of one table unless all are asked for. */
const rows = 15;

export interface DiagnosisSummary {
  readonly input: string;
  readonly ecosystem: Ecosystem;
  readonly findings: readonly Finding[];
  readonly all: boolean;
}

export function diagnosisText(
  { input, ecosystem, findings, all }: DiagnosisSummary,
  console: Console,
): string {
  const reaching = findings.filter(({ severity }) => severity !== 'scrubbed');
  return [
    `${console.bold(headline(findings))} (${printable(input)}, as block-pack ${ecosystem} packs it)\n`,
    reachingText(reaching, all, console),
    explanations(reaching),
    scrubbedText(
      findings.filter(({ severity }) => severity === 'scrubbed'),
      all,
    ),
  ].join('');
}

function headline(findings: readonly Finding[]): string {
  const { differs, mayDiffer } = totalsOf(findings);
  if (differs + mayDiffer === 0) return 'nothing that is packed would differ on another machine';
  return `on another machine ${differs} would differ, ${mayDiffer} may`;
}

export function totalsOf(
  findings: readonly Finding[],
): Readonly<Record<'differs' | 'mayDiffer' | 'scrubbed', number>> {
  const number = (wanted: Severity) => findings.filter(({ severity }) => severity === wanted).length;
  return { differs: number('differs'), mayDiffer: number('may-differ'), scrubbed: number('scrubbed') };
}

function reachingText(findings: readonly Finding[], all: boolean, console: Console): string {
  if (findings.length === 0) return '';
  const shown = all ? findings : ofEachCode(findings);
  const more = findings.length - shown.length;
  return [
    '\n',
    table(
      [{ title: 'SEVERITY' }, { title: 'CODE' }, { title: 'PATH' }, { title: 'WHAT' }],
      shown.map(({ severity, code, path, what }) => [severityText[severity], code, path, what]),
    ),
    more > 0 ? console.dim(`  ... and ${more} more (--all shows them)\n`) : '',
  ].join('');
}

const severityText: Readonly<Record<Severity, string>> = {
  differs: 'differs',
  'may-differ': 'may differ',
  scrubbed: 'scrubbed',
};

/** A few of each, so that a thousand of one do not hide another. */
function ofEachCode(findings: readonly Finding[]): Finding[] {
  const numbers = new Map<string, number>();
  return findings.filter(({ code }) => {
    const number = (numbers.get(code) ?? 0) + 1;
    numbers.set(code, number);
    return number <= rows;
  });
}

/** Each reason and remedy once, for all that share them. */
function explanations(findings: readonly Finding[]): string {
  const texts = findings.map(
    ({ code, why, fix }) => `\n${code}\n  ${why}\n${fix === undefined ? '' : `  ${fix}\n`}`,
  );
  return [...new Set(texts)].join('');
}

function scrubbedText(findings: readonly Finding[], all: boolean): string {
  if (findings.length === 0) return '';
  const title = `\nharmless, since no block holds it: ${findings.length}\n`;
  if (all) {
    const lines = findings.map(({ path, what, why }) => [path, what, why]);
    return `${title}${table([{ title: 'PATH' }, { title: 'WHAT' }, { title: 'WHY' }], lines)}`;
  }
  const groups = new Map<string, Finding[]>();
  for (const one of findings) {
    const group = groups.get(one.why);
    if (group === undefined) groups.set(one.why, [one]);
    else group.push(one);
  }
  const lines = [...groups].map(([why, found]) => [String(found.length), why, found[0]?.path ?? '']);
  return `${title}${table([{ title: 'NUMBER', align: 'right' }, { title: 'WHY' }, { title: 'SUCH AS' }], lines)}`;
}
