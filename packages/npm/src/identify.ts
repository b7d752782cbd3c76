import {
  type Component,
  type Evidence,
  type PackContext,
  type Placed,
  type Purl,
  purlOf,
} from '@block-pack/core';
import { lastName } from './folder.ts';
import { integritiesOf } from './integrity.ts';
import type { PackageSource } from './lock/lock-evidence.ts';
import type { NpmOptions } from './packer.ts';
import type { NpmPart, NpmPlacement, PackagePart } from './placement.ts';

/** Names the packages by their own package.json; the lock says where they came from. */
export async function identifyAll(
  placed: readonly Placed<NpmPlacement>[],
  options: NpmOptions,
  context: PackContext,
): Promise<readonly Component[]> {
  const integrities = await integritiesOf(placed, options.tarballs, context);
  return placed.map((one) => {
    const integrity = integrities.get(one);
    const component = componentOf(one.placement.part);
    return integrity === undefined ? component : { ...component, integrity };
  });
}

function componentOf(part: NpmPart): Component {
  switch (part.kind) {
    case 'package':
      return packageComponent(part);
    case 'links':
      return generated('npm-links', 'links to packages and commands');
    case 'strays':
      return generated('node_modules', 'what lies in node_modules and belongs to no package');
  }
}

function generated(name: string, detail: string): Component {
  const evidence: Evidence = { source: 'layout', confidence: 'weak', detail };
  return { purl: purlOf({ type: 'generic', name }), role: 'other', evidence: [evidence] };
}

function packageComponent(part: PackagePart): Component {
  const { manifest, isFirstParty, relation } = part;
  return {
    purl: packagePurl(part),
    role: isFirstParty ? 'application' : 'dependency',
    evidence: evidenceOf(part),
    ...(manifest.hasInstallScript && !isFirstParty ? { hasInstallScript: true } : {}),
    ...(relation === undefined || isFirstParty ? {} : { relation }),
  };
}

function evidenceOf({ manifest: { name, version }, locked, folder }: PackagePart): Evidence[] {
  const found: Evidence[] = [];
  if (locked !== undefined && name !== undefined && version !== undefined) {
    const bundled = locked.isBundled ? ', bundled with the package that it lies in' : '';
    found.push({ source: locked.lock, confidence: 'strong', detail: `${name}@${version}${bundled}` });
  }
  if (name !== undefined) {
    const confidence = version === undefined ? 'weak' : 'strong';
    found.push({ source: 'package.json', confidence, detail: `${name}@${version ?? 'no version'}` });
  }
  return found.length > 0 ? found : [{ source: 'path', confidence: 'weak', detail: folder }];
}

function packagePurl({ manifest, isFirstParty, folder, locked }: PackagePart): Purl {
  const name = manifest.name ?? locked?.name;
  const { version } = manifest;
  if (name === undefined) return purlOf({ type: 'generic', name: folderName(folder), version });
  const scope = /^(@[^/]+)\/(.+)$/.exec(name);
  const qualifiers = isFirstParty || locked === undefined ? undefined : qualifiersOf(locked.source);
  return purlOf({ type: 'npm', namespace: scope?.[1], name: scope?.[2] ?? name, version, qualifiers });
}

function folderName(folder: string): string {
  return lastName(folder)
    .replaceAll(/[^\w.-]/g, '-')
    .slice(0, 100);
}

/** @see https://github.com/package-url/purl-spec/blob/main/PURL-SPECIFICATION.rst#known-qualifiers-keyvalue-pairs */
function qualifiersOf(source: PackageSource): Record<string, string> | undefined {
  switch (source.kind) {
    case 'git':
      return { vcs_url: withoutSecrets(source.url).replace('#', '@') };
    case 'url':
      return { download_url: withoutSecrets(source.url).replace(/#.*$/, '') };
    case 'registry':
    case 'file':
      return undefined;
  }
}

/** Addresses may hold a password or a token; `git@` is neither. */
function withoutSecrets(url: string): string {
  return url.replace(/:\/\/[^/@]*:[^/@]*@/, '://').replace(/^(https?|git\+https?):\/\/[^/@]*@/, '$1://');
}
