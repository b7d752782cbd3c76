import {
  compareBytewise,
  type Import,
  type ImportManifest,
  importKind,
  importSize,
  type PurlParts,
} from '@block-pack/core';
import { compareVersions } from '../versions/compare-versions.ts';
import { ecosystemOf } from '../versions/ecosystem.ts';
import type { Knowledge } from './contents.ts';
import { knownPurl } from './known-purl.ts';
import type { Package, PackageRole } from './package.ts';

/** One package for each component and block, in the order of {@link comparePackages}. */
export function packagesOf(manifests: readonly ImportManifest[], knowledge: Knowledge): readonly Package[] {
  const groups = new Map<string, { readonly packer: string; readonly lines: Import[] }>();
  for (const { packer, imports } of manifests) {
    for (const line of imports) {
      const key = JSON.stringify([packer, line.attributes.get('purl') ?? line.path, line.digest]);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { packer, lines: [line] });
      else group.lines.push(line);
    }
  }
  return [...groups.values()]
    .map(({ packer, lines }) => packageOf(packer, lines, knowledge))
    .sort(comparePackages);
}

/** By name, the older version first, then by path. */
export function comparePackages(a: Package, b: Package): number {
  return (
    compareBytewise(a.name, b.name) ||
    compareBytewise(a.ecosystem, b.ecosystem) ||
    compareVersions(a.ecosystem, a.version ?? '', b.version ?? '') ||
    compareBytewise(a.paths[0] ?? '', b.paths[0] ?? '') ||
    compareBytewise(a.digest, b.digest)
  );
}

function packageOf(packer: string, lines: readonly Import[], knowledge: Knowledge): Package {
  const [line] = lines;
  if (line === undefined) throw new Error('a package without an import');
  const { digest, attributes } = line;
  const purl = attributes.get('purl');
  const parts = knownPurl(purl);
  const evidence = attributes.get('evidence');
  const role = roleOf(line);
  const files = attributes.get('files');
  const findings = knowledge.findings?.(line, packer) ?? {};
  const facts = knowledge.facts?.(digest);
  return defined({
    ecosystem: ecosystemOf(parts, packer),
    name: parts === undefined ? (purl ?? line.path) : nameOf(parts),
    version: parts?.version,
    purl,
    packer,
    paths: lines.map(({ path }) => path).sort(compareBytewise),
    digest,
    kind: importKind(line),
    size: importSize(line) ?? knowledge.size?.(digest),
    files: files === undefined ? undefined : Number(files),
    role,
    evidence,
    isIdentified: role !== 'dependency' || (parts !== undefined && parts.type !== 'generic'),
    integrity: findings.integrity,
    relation: findings.relation,
    scope: findings.scope,
    isOptional: findings.isOptional,
    resolvedAs: findings.resolvedAs,
    hasInstallScript: facts?.hasInstallScript ?? findings.hasInstallScript,
    facts,
    location: knowledge.location?.(line),
  });
}

/** Packers name by `layout` what belongs to no package. */
function roleOf({ attributes }: Import): PackageRole {
  if (attributes.get('role') === 'application') return 'application';
  return attributes.get('evidence') === 'layout' || !attributes.has('purl') ? 'other' : 'dependency';
}

/** A jar's classifier is a part of its name: jars of several classifiers stand side by side. */
function nameOf({ type, namespace, name, qualifiers }: PurlParts): string {
  const full = namespace ? `${namespace}${type === 'maven' ? ':' : '/'}${name}` : name;
  const classifier = qualifiers?.classifier;
  return classifier ? `${full}:${classifier}` : full;
}

/** Without the fields that are undefined, so that two packages are alike where they say alike. */
function defined(fields: { readonly [K in keyof Package]: Package[K] | undefined }): Package {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as unknown as Package;
}
