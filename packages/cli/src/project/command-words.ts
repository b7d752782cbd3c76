import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ApplicationPlan, PackPlan } from './plan-applications.ts';

/** The calls that would do the same, as words of the command line. */
export function commandWords(plan: ApplicationPlan): readonly (readonly string[])[] {
  const { packs, images, report, directory } = plan;
  return [
    ...packs.map((pack) => [pack.packer, ...pack.inputs, ...optionWords(packOptions(pack, directory))]),
    ...images.map(({ manifests, options }) => ['image', ...manifests, ...optionWords(options)]),
    ...(report === undefined ? [] : [['report', report.what, ...optionWords(report.options)]]),
  ];
}

/** A call by itself does not know what the others write: what is there of it has to be excluded. */
function packOptions(pack: PackPlan, directory: string): object {
  if (pack.packer !== 'files') return pack.options;
  const { outputs = [], exclude = [], ...options } = pack.options;
  const [input = '.'] = pack.inputs;
  const there = outputs.filter((path) => existsSync(resolve(directory, input, path)));
  return { ...options, exclude: [...exclude, ...there] };
}

/** Options are named in JSON as commander names them in code. */
function optionWords(options: object): readonly string[] {
  return Object.entries(options).flatMap(([name, value]: [string, unknown]) => {
    const option = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (value === true) return [option];
    // Only Maven is asked without being named.
    if (value === false) return name === 'maven' ? ['--no-maven'] : [];
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return values.flatMap((one) => [option, String(one)]);
  });
}

/** As a shell takes it. */
export function shellText(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
