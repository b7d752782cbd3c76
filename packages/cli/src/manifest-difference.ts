import { encodeImport, type Import, type ImportManifest } from '@block-pack/core';

export interface ManifestDifference {
  readonly added: readonly Import[];
  readonly removed: readonly Import[];
  readonly changed: readonly { readonly before: Import; readonly after: Import }[];
  /** `#` lines that only one of the two has, with `-` or `+` before them. */
  readonly directives: readonly string[];
}

/** What stands in one manifest and not, or not so, in the other. Lines are compared whole; two that differ are shown as a change where each is alone at its path. */
export function manifestDifference(before: ImportManifest, after: ImportManifest): ManifestDifference {
  const removed = missingFrom(after, before);
  const added = missingFrom(before, after);
  const changed = removed.flatMap((line) => {
    const partners = added.filter((other) => other.path === line.path);
    const rivals = removed.filter((other) => other.path === line.path);
    const [partner] = partners;
    return partner !== undefined && partners.length === 1 && rivals.length === 1
      ? [{ before: line, after: partner }]
      : [];
  });
  const paired = new Set(changed.flatMap((pair) => [pair.before, pair.after]));
  return {
    added: added.filter((line) => !paired.has(line)),
    removed: removed.filter((line) => !paired.has(line)),
    changed,
    directives: directiveDifference(before, after),
  };
}

function missingFrom(other: ImportManifest, { imports }: ImportManifest): Import[] {
  const lines = new Set(other.imports.map(encodeImport));
  return imports.filter((line) => !lines.has(encodeImport(line)));
}

function directiveDifference(before: ImportManifest, after: ImportManifest): string[] {
  const [left, right] = [before, after].map(({ packer, directives }) => [`packer ${packer}`, ...directives]);
  if (left === undefined || right === undefined || left.join('\n') === right.join('\n')) return [];
  return [
    ...left.filter((text) => !right.includes(text)).map((text) => `- #${text}`),
    ...right.filter((text) => !left.includes(text)).map((text) => `+ #${text}`),
  ];
}

export function isSame({ added, removed, changed, directives }: ManifestDifference): boolean {
  return added.length + removed.length + changed.length + directives.length === 0;
}

/** One line for each import that differs, as a diff has them. */
export function differenceText({ added, removed, changed, directives }: ManifestDifference): string {
  const lines = [
    ...directives,
    ...removed.map((line) => `- ${encodeImport(line)}`),
    ...changed.flatMap(({ before, after }) => [`- ${encodeImport(before)}`, `+ ${encodeImport(after)}`]),
    ...added.map((line) => `+ ${encodeImport(line)}`),
  ];
  return lines.map((line) => `  ${line}\n`).join('');
}

export function differenceDocument({ added, removed, changed, directives }: ManifestDifference) {
  return {
    directives,
    added: added.map(encodeImport),
    removed: removed.map(encodeImport),
    changed: changed.map(({ before, after }) => ({
      before: encodeImport(before),
      after: encodeImport(after),
    })),
  };
}
