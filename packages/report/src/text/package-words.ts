import type { Integrity } from '@block-pack/core';
import { licenseText } from '../contents/license-text.ts';
import type { Package } from '../contents/package.ts';

/** What a reviewer looks at twice. */
export function packageNotes({ role, hasInstallScript, facts, isIdentified, paths }: Package): string[] {
  return [
    ...(role === 'application' ? ['application'] : []),
    ...(isIdentified ? [] : ['identity not known in full']),
    ...(hasInstallScript === true ? ['install script'] : []),
    ...(facts !== undefined && facts.nativeCode.length > 0 ? ['native code'] : []),
    ...(paths.length > 1 ? [`at ${paths.length} paths`] : []),
  ];
}

/** Empty for what is nobody's publication, such as the application itself, and where no pack looked for it. */
export function integrityWord({ role, integrity }: Package): Integrity['state'] | '' {
  return role === 'dependency' ? (integrity?.state ?? '') : '';
}

/** `none` where the package declares none, empty where it was not looked into. */
export function licenseWord({ facts, role }: Package): string {
  if (facts === undefined || role === 'other') return '';
  return licenseText(facts.licenses) ?? 'none';
}
