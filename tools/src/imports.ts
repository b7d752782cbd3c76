import { lineAt } from './workspace.ts';

export interface ImportSite {
  readonly specifier: string;
  readonly line: number;
}

/** Statements as Biome formats them, and import() of a plain string. */
const forms = [
  /^(?:import|export)\s[^'";]*?\bfrom\s+'([^']+)'/gm,
  /^import\s+'([^']+)'/gm,
  /\bimport\(\s*'([^']+)'/g,
];

/** The modules that a TypeScript file names, types included. */
export function importsOf(text: string): ImportSite[] {
  return forms.flatMap((form) =>
    [...text.matchAll(form)].map((match) => ({
      specifier: match[1] ?? '',
      line: lineAt(text, match.index + match[0].length),
    })),
  );
}

/** `@scope/name` or `name`, without the way inside the package. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
