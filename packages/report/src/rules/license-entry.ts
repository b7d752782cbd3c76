import { BlockPackError } from '@block-pack/core';
import type { DeclaredLicense } from '../contents/block-facts.ts';
import {
  declaredLicense,
  type LicenseExpression,
  type LicenseLeaf,
  parsedLicense,
} from '../contents/declared-license.ts';
import type { Package } from '../contents/package.ts';

/** One licence of a rule: `MIT`, `GPL-2.0-or-later`, `GPL-2.0-only WITH Classpath-exception-2.0`; or what packages write, as `name:Our Licence`. */
export interface LicenseEntry {
  readonly text: string;
  matches(licence: LicenseLeaf | { readonly name: string }): boolean;
}

/** @throws USAGE */
export function licenseEntry(text: string): LicenseEntry {
  if (text.startsWith('name:') && text.length > 'name:'.length) {
    const name = text.slice('name:'.length);
    return { text, matches: (one) => 'name' in one && one.name === name };
  }
  const parsed = parsedLicense(declaredLicense(text));
  if (parsed === undefined || 'conjunction' in parsed) throw noLicense(text);
  const wanted = plainLeaf(parsed);
  return { text, matches: (one) => !('name' in one) && isOf(plainLeaf(one), wanted) };
}

/**
 * Whether a package can be used under no other licences than those that `isFine` takes: of `A OR B` one is enough. Of several licences of a Maven
 * project a user may choose; elsewhere all of them hold.
 * @see https://maven.apache.org/pom.html#licenses
 */
export function canBeUsed(
  { ecosystem, facts }: Package,
  isFine: (licence: LicenseLeaf | { readonly name: string }) => boolean,
): boolean {
  const isUsable = (license: DeclaredLicense) => {
    const parsed = parsedLicense(license);
    return parsed === undefined ? isFine({ name: license.text }) : holds(parsed, isFine);
  };
  const licenses = facts?.licenses ?? [];
  return ecosystem === 'maven' ? licenses.some(isUsable) : licenses.every(isUsable);
}

function holds(expression: LicenseExpression, isFine: (leaf: LicenseLeaf) => boolean): boolean {
  if (!('conjunction' in expression)) return isFine(expression);
  const { left, right, conjunction } = expression;
  return conjunction === 'or'
    ? holds(left, isFine) || holds(right, isFine)
    : holds(left, isFine) && holds(right, isFine);
}

/** The GNU licences have identifiers of their own for what others say with a plus; the older ones without are the same as with "only". */
function plainLeaf({ license, plus, exception }: LicenseLeaf): LicenseLeaf {
  const [, name = license, which] = /^([AL]?GPL-.*?|GFDL-.*?)(?:-(only|or-later))?$/.exec(license) ?? [];
  return { license: name, plus: which === 'or-later' ? true : plus, exception };
}

/** "Or later" is also the version itself. An exception makes another licence. */
function isOf(one: LicenseLeaf, wanted: LicenseLeaf): boolean {
  return (
    one.license === wanted.license &&
    one.exception === wanted.exception &&
    (one.plus === true || wanted.plus !== true)
  );
}

function noLicense(text: string): BlockPackError {
  return new BlockPackError('USAGE', `${JSON.stringify(text)} is not one licence`, {
    hint: 'Expected an identifier of https://spdx.org/licenses/, such as MIT or Apache-2.0, each by itself; or what packages write instead of one, as name:Our Licence.',
    details: { seen: text },
  });
}
