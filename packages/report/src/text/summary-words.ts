import type { Package } from '../contents/package.ts';
import type { ContentsSummary, Duplicate } from '../summary/summary.ts';
import { byteSize, count } from './byte-size.ts';

/** A part of a report that people read; empty parts are left out. */
export interface SummarySection {
  readonly title: string;
  readonly remark?: string;
  /** Shown as a table. */
  readonly packages?: readonly Package[];
  readonly lines: readonly string[];
}

/** `1,019 packages, 1,003 blocks, 182.4 MB` */
export function summaryHeadline({ packages, blocks, bytes, layerBytes }: ContentsSummary): string {
  const layers = layerBytes === 0 ? '' : `, of which ${byteSize(layerBytes)} in layers of the base`;
  return `${count(packages, 'package')}, ${count(blocks, 'block')}, ${byteSize(bytes)}${layers}`;
}

export function summarySections(summary: ContentsSummary): readonly SummarySection[] {
  const { integrity, unidentified, installScripts, nativeCode } = summary;
  const list = (title: string, packages: readonly Package[], remark?: string): SummarySection[] =>
    packages.length === 0
      ? []
      : [
          {
            title: `${title} (${packages.length})`,
            packages,
            lines: [],
            ...(remark === undefined ? {} : { remark }),
          },
        ];
  return [
    ...list('Largest', summary.largest),
    ...duplicateSection(summary),
    ...copiesSection(summary),
    ...list('Changed since it was published', integrity.modified),
    ...integritySection(summary),
    ...list('Not identified', unidentified, 'give the packer evidence of what the build resolved'),
    ...list('Runs a script when it is installed', installScripts),
    ...list('Native code', nativeCode),
    ...licenseSection(summary),
  ];
}

function duplicateSection({ duplicates }: ContentsSummary): SummarySection[] {
  if (duplicates.length === 0) return [];
  const extra = duplicates.reduce((sum, { extraBytes }) => sum + extraBytes, 0);
  return [
    {
      title: `In several versions (${duplicates.length})`,
      remark: `${byteSize(extra)} beside the newest ones`,
      lines: duplicates.map(duplicateText),
    },
  ];
}

function duplicateText({ name, packages, extraBytes }: Duplicate): string {
  const versions = packages.map(({ version }) => version ?? 'no version');
  return `${name}: ${versions.join(', ')} (${byteSize(extraBytes)})`;
}

function copiesSection({ copies }: ContentsSummary): SummarySection[] {
  if (copies.length === 0) return [];
  const extra = copies.reduce((sum, { extraBytes }) => sum + extraBytes, 0);
  return [
    {
      title: `At several paths (${copies.length})`,
      remark: `${byteSize(extra)} more in an image`,
      lines: copies.map(
        ({ package: { name, version }, paths, extraBytes }) =>
          `${name} ${version ?? ''}: ${paths} paths (${byteSize(extraBytes)})`,
      ),
    },
  ];
}

function integritySection({ integrity: { verified, modified, unknown } }: ContentsSummary): SummarySection[] {
  if (verified + modified.length + unknown.length === 0) return [];
  const remark = `${verified} verified, ${modified.length} modified, ${unknown.length} unknown`;
  return [{ title: 'As published', remark, lines: [] }];
}

function licenseSection({ licenses, notLookedInto }: ContentsSummary): SummarySection[] {
  if (licenses.length + notLookedInto === 0) return [];
  const lines = licenses.map(
    ({ license, packages }) => `${license ?? 'not declared inside'}: ${count(packages.length, 'package')}`,
  );
  const remark = `${count(notLookedInto, 'package')} not looked into, since their blocks are not here`;
  return [{ title: 'Licences', lines, ...(notLookedInto === 0 ? {} : { remark }) }];
}
