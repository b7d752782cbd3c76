import type { ApplicationPlan } from './plan-applications.ts';

/** The calls that would do the same, as words of the command line. */
export function commandWords({ packs, images, report }: ApplicationPlan): readonly (readonly string[])[] {
  return [
    ...packs.map(({ packer, inputs, options }) => [packer, ...inputs, ...optionWords(options)]),
    ...images.map(({ manifests, options }) => ['image', ...manifests, ...optionWords(options)]),
    ...(report === undefined ? [] : [['report', report.what, ...optionWords(report.options)]]),
  ];
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
