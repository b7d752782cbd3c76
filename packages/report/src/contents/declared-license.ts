import parse from 'spdx-expression-parse';
import type { DeclaredLicense } from './block-facts.ts';

export type LicenseExpression = parse.Info;
/** A licence, perhaps "or later", perhaps with an exception. */
export type LicenseLeaf = parse.LicenseInfo;

/**
 * Names that are in use for one licence and no other, without their signs and letter case. What could mean several, such as "BSD", is not here.
 * @see https://spdx.org/licenses/
 */
const usualNames: Readonly<Record<string, readonly string[]>> = {
  'Apache-2.0': [
    ...[
      'apache 2',
      'apache 2 0',
      'apache license 2 0',
      'apache license version 2 0',
      'apache software license 2 0',
    ],
    ...[
      'apache software license version 2 0',
      'asl 2 0',
      'apache v2',
      'apache license v2 0',
      'apache public license 2 0',
    ],
    ...['http www apache org licenses license 2 0', 'https www apache org licenses license 2 0'],
    ...['http www apache org licenses license 2 0 txt', 'https www apache org licenses license 2 0 txt'],
  ],
  MIT: [
    'mit license',
    'mit',
    'http opensource org licenses mit',
    'https opensource org licenses mit',
    'mit license mit',
  ],
  'BSD-3-Clause': [
    'bsd 3 clause',
    'bsd 3 clause license',
    'new bsd license',
    'revised bsd license',
    'bsd new',
    'modified bsd license',
    'eclipse distribution license v 1 0',
    'edl 1 0',
  ],
  'BSD-2-Clause': ['bsd 2 clause', 'bsd 2 clause license', 'simplified bsd license'],
  'EPL-1.0': [
    'eclipse public license 1 0',
    'eclipse public license v1 0',
    'eclipse public license v 1 0',
    'epl 1 0',
  ],
  'EPL-2.0': [
    'eclipse public license 2 0',
    'eclipse public license v2 0',
    'eclipse public license v 2 0',
    'epl 2 0',
  ],
  'MPL-1.1': ['mpl 1 1', 'mozilla public license 1 1', 'mozilla public license version 1 1'],
  'MPL-2.0': [
    'mpl 2 0',
    'mozilla public license 2 0',
    'mozilla public license version 2 0',
    'mozilla public license 2 0 mpl 2 0',
  ],
  ISC: ['isc license', 'isc license iscl'],
  'CC0-1.0': ['cc0', 'cc0 1 0 universal', 'public domain per creative commons cc0'],
  'CDDL-1.0': ['cddl 1 0', 'common development and distribution license 1 0'],
  Unlicense: ['unlicense', 'unlicense unlicense'],
};

const byName = new Map(
  Object.entries(usualNames).flatMap(([spdx, names]) => names.map((name) => [name, spdx] as const)),
);

/** @param text as a package declares it */
export function declaredLicense(text: string): DeclaredLicense {
  const spdx = isExpression(text) ? text : byName.get(plain(text));
  return spdx === undefined ? { text } : { text, spdx };
}

function isExpression(text: string): boolean {
  return parsedLicense({ text, spdx: text }) !== undefined;
}

/** Characters of an expression. How deep a longer one may be would depend on the stack that a machine has. */
const longestExpression = 1000;

/** Its expression, taken apart; undefined where there is none. */
export function parsedLicense({ spdx }: DeclaredLicense): LicenseExpression | undefined {
  if (spdx === undefined || spdx.length > longestExpression) return undefined;
  try {
    return parse(spdx);
  } catch {
    return undefined;
  }
}

/** The licences that an expression names. */
export function licenseLeaves(expression: LicenseExpression): readonly LicenseLeaf[] {
  return 'conjunction' in expression
    ? [...licenseLeaves(expression.left), ...licenseLeaves(expression.right)]
    : [expression];
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, ' ')
    .trim()
    .replace(/^the /, '');
}
