import { createHash } from 'node:crypto';
import type { Contents } from '../contents/contents.ts';
import { knownPurl } from '../contents/known-purl.ts';
import type { Package } from '../contents/package.ts';
import type { ReviewDocument } from '../document/report-document.ts';

/** A fact that a bill of materials has no field for. */
export interface Property {
  readonly name: string;
  readonly value: string;
}

/** What a bill of materials is of: of a difference, the newer side. */
export function billedContents(document: ReviewDocument): Contents {
  switch (document.kind) {
    case 'contents':
      return document.contents;
    case 'difference':
      return document.after;
  }
}

/** What tells a package from all others of its contents: two may have one purl, and two purls one block. */
export function packageKey({ packer, purl, paths, digest }: Package): string {
  return JSON.stringify([packer, purl ?? paths[0], digest]);
}

/** The purl, where it is one. */
export function billedPurl({ purl }: Package): string | undefined {
  return knownPurl(purl) === undefined ? undefined : purl;
}

/**
 * The digest of a file block is that of the file, as it was published or not. That of a tree block is of a tar of our own, which nobody published: it
 * may stand in a property, never where the digest of a package is looked for.
 */
export function publishedDigest({ kind, digest }: Package): string | undefined {
  return kind === 'file' ? digest.slice('sha256:'.length) : undefined;
}

export function packageProperties(one: Package): readonly Property[] {
  const { packer, kind, digest, size, files, role, evidence, isIdentified, relation, scope } = one;
  return propertiesOf([
    ['packer', packer],
    ['block', digest],
    ['blockKind', kind],
    ['size', size],
    ['files', files],
    ['role', role],
    ['evidence', evidence],
    ['identified', isIdentified ? undefined : false],
    ['relation', relation],
    ['scope', scope],
    ['optional', one.isOptional],
    ['resolvedAs', one.resolvedAs],
    ...integrityFacts(one),
    ['installScript', one.hasInstallScript],
    ...(one.facts?.nativeCode ?? []).map((path): Fact => ['nativeCode', path]),
  ]);
}

export function contentsProperties({ source, layers }: Contents): readonly Property[] {
  return propertiesOf([
    ...(source.kind === 'image'
      ? ([
          ['imageDigest', source.digest],
          ['platform', source.platform],
        ] as const)
      : []),
    ...(source.kind === 'revision'
      ? ([
          ['commit', source.commit],
          ['path', source.path],
        ] as const)
      : []),
    ...layers.map(({ digest }): Fact => ['unexplainedLayer', digest]),
  ]);
}

type Fact = readonly [name: string, value: string | number | boolean | undefined];

function integrityFacts({ role, integrity }: Package): readonly Fact[] {
  if (role !== 'dependency' || integrity === undefined) return [];
  switch (integrity.state) {
    case 'verified':
      return [
        ['integrity', 'verified'],
        ['verifiedAgainst', integrity.against],
      ];
    case 'modified':
      return [
        ['integrity', 'modified'],
        ...integrity.changes.map(({ change, path }): Fact => [`${change}File`, path]),
      ];
    case 'unknown':
      return [
        ['integrity', 'unknown'],
        ['integrityUnknown', integrity.reason],
      ];
  }
}

function propertiesOf(facts: readonly Fact[]): readonly Property[] {
  return facts.flatMap(([name, value]) =>
    value === undefined ? [] : [{ name: `block-pack:${name}`, value: String(value) }],
  );
}

/**
 * A UUID of the content itself, so that the same content has the same.
 * @see https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-8
 */
export function contentUuid(content: unknown): string {
  const bytes = createHash('sha256').update(JSON.stringify(content)).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export function jsonText(document: unknown): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
