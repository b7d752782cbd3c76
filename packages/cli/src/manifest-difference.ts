import { encodeImport, type Import, type ImportManifest } from '@block-pack/core';

export interface ManifestDifference {
  readonly added: readonly Import[];
  readonly removed: readonly Import[];
  readonly changed: readonly { readonly before: Import; readonly after: Import }[];
}

/** What stands in one manifest and not, or not so, in the other. Imports at one path are matched; trees that share a path by purl as well. */
export function manifestDifference(before: ImportManifest, after: ImportManifest): ManifestDifference {
  const left = byMatch(before);
  const right = byMatch(after);
  const changed = [...left].flatMap(([key, line]) => {
    const other = right.get(key);
    return other !== undefined && encodeImport(other) !== encodeImport(line)
      ? [{ before: line, after: other }]
      : [];
  });
  return {
    added: [...right].filter(([key]) => !left.has(key)).map(([, line]) => line),
    removed: [...left].filter(([key]) => !right.has(key)).map(([, line]) => line),
    changed,
  };
}

function byMatch({ imports }: ImportManifest): Map<string, Import> {
  const atPath = new Map<string, number>();
  for (const { path } of imports) atPath.set(path, (atPath.get(path) ?? 0) + 1);
  const matchOf = (line: Import) =>
    atPath.get(line.path) === 1 ? line.path : `${line.path} ${line.attributes.get('purl') ?? line.digest}`;
  return new Map(imports.map((line) => [matchOf(line), line]));
}

export function isSame({ added, removed, changed }: ManifestDifference): boolean {
  return added.length + removed.length + changed.length === 0;
}

/** One line for each import that differs, as a diff has them. */
export function differenceText({ added, removed, changed }: ManifestDifference): string {
  const lines = [
    ...removed.map((line) => `- ${encodeImport(line)}`),
    ...changed.flatMap(({ before, after }) => [`- ${encodeImport(before)}`, `+ ${encodeImport(after)}`]),
    ...added.map((line) => `+ ${encodeImport(line)}`),
  ];
  return lines.map((line) => `  ${line}\n`).join('');
}

export function differenceDocument({ added, removed, changed }: ManifestDifference): object {
  return {
    added: added.map(encodeImport),
    removed: removed.map(encodeImport),
    changed: changed.map(({ before, after }) => ({
      before: encodeImport(before),
      after: encodeImport(after),
    })),
  };
}
