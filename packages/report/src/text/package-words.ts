import type { Integrity } from '@block-pack/core';
import { licenseText } from '../contents/license-text.ts';
import type { Package } from '../contents/package.ts';

/** What a reviewer looks at twice. */
export function packageNotes(one: Package): string[] {
  const { role, hasInstallScript, facts, isIdentified, resolvedAs, scope, isOptional, paths } = one;
  return [
    ...(role === 'application' ? ['application'] : []),
    ...(isIdentified
      ? []
      : [resolvedAs === undefined ? 'not identified' : `not identified, but built as ${resolvedAs}`]),
    ...(scope === 'test' ? ['for tests'] : []),
    ...(isOptional === true ? ['optional'] : []),
    ...(hasInstallScript === true ? ['install script'] : []),
    ...(facts !== undefined && facts.nativeCode.length > 0 ? ['native code'] : []),
    ...(paths.length > 1 ? [`at ${paths.length} paths`] : []),
  ];
}

/** Empty for what is nobody's publication, such as the application itself, and where no pack looked for it. */
export function integrityWord({ role, integrity }: Package): Integrity['state'] | '' {
  return role === 'dependency' ? (integrity?.state ?? '') : '';
}

/** Empty where the block was not looked into. A jar may leave its licence to a parent pom that is not inside. */
export function licenseWord({ facts, role }: Package): string {
  if (facts === undefined || role === 'other') return '';
  return licenseText(facts.licenses) ?? 'not declared';
}
