import {
  type Component,
  type Digest,
  type FileChange,
  type Integrity,
  importKind,
  type Packed,
  type PackedImport,
} from '@block-pack/core';
import { byteSize, count } from './byte-size.ts';
import type { Console } from './console.ts';
import { printable, table } from './table.ts';

/** A file of the input that is in no block. */
export interface LeftOut {
  /** Relative to the input. */
  readonly path: string;
  readonly reason: string;
}

export interface PackResult extends Packed {
  readonly leftOut: readonly LeftOut[];
}

/** Where the results of a pack are. */
export interface PackPlace {
  readonly store: string;
  readonly tag: string;
  /** The import manifest's file; undefined where it went to stdout. */
  readonly output: string | undefined;
  /** Of the import manifest's text. */
  readonly digest: Digest;
}

/** Rows of the table unless all are asked for: as many as a person reads. */
const rows = 15;

export interface Totals {
  readonly imports: number;
  readonly blocks: number;
  readonly bytes: number;
  readonly newBlocks: number;
  readonly newBytes: number;
  readonly knownBlocks: number;
}

/** Counts every block once, however many paths it is imported at. */
function totalsOf(packed: Packed): Totals {
  const blocks = new Map<Digest, PackedImport>();
  for (const one of packed.imports) {
    const earlier = blocks.get(one.block.digest);
    if (earlier === undefined || one.block.added) blocks.set(one.block.digest, one);
  }
  const all = [...blocks.values()].map(({ block }) => block);
  const added = all.filter((block) => block.added);
  return {
    imports: packed.imports.length,
    blocks: all.length,
    bytes: sum(all),
    newBlocks: added.length,
    newBytes: sum(added),
    knownBlocks: all.length - added.length,
  };
}

function sum(blocks: readonly { readonly size: number }[]): number {
  return blocks.reduce((total, block) => total + block.size, 0);
}

/** The `--json` document of a pack. */
export type PackDocument = ReturnType<typeof packDocument>;

export function packDocument(packed: PackResult, place: PackPlace) {
  return {
    packer: packed.manifest.packer,
    manifest: { path: place.output ?? null, digest: place.digest },
    store: place.store,
    tag: place.tag,
    totals: totalsOf(packed),
    imports: packed.imports.map(({ line, block, component }) => ({
      path: line.path,
      digest: block.digest,
      type: block.kind,
      size: block.size,
      files: block.files,
      new: block.added,
      purl: component.purl,
      role: component.role,
      evidence: component.evidence,
      ...(component.integrity === undefined ? {} : { integrity: component.integrity }),
      ...(component.hasInstallScript === undefined ? {} : { hasInstallScript: component.hasInstallScript }),
      ...(component.relation === undefined ? {} : { relation: component.relation }),
      ...(component.scope === undefined ? {} : { scope: component.scope }),
      ...(component.isOptional === undefined ? {} : { isOptional: component.isOptional }),
      ...(component.resolvedAs === undefined ? {} : { resolvedAs: component.resolvedAs }),
    })),
    leftOut: packed.leftOut,
  };
}

export function packText(packed: PackResult, place: PackPlace, all: boolean, console: Console): string {
  const totals = totalsOf(packed);
  const sorted = [...packed.imports].sort(newAndLargestFirst);
  const shown = all ? sorted : sorted.slice(0, rows);
  const more = sorted.length - shown.length;
  return [
    `${console.bold(headline(totals))}\n\n`,
    table(
      [{ title: 'SIZE', align: 'right' }, { title: '' }, { title: 'COMPONENT' }, { title: 'PATH' }],
      shown.map(({ line, block, component }) => [
        byteSize(block.size),
        block.added ? 'new' : '',
        `${component.purl}${remarks(component)}`,
        importKind(line) === 'tree' ? `${asDirectory(line.path)} (${count(block.files, 'file')})` : line.path,
      ]),
    ),
    more > 0 ? console.dim(`  ... and ${more} more (--all shows them)\n`) : '',
    integrityText(packed),
    leftOutText(packed.leftOut),
    `\nimport manifest  ${place.output === undefined ? 'on stdout' : printable(place.output)}\n`,
    `blocks           ${printable(place.store)}, tag ${place.tag}\n`,
  ].join('');
}

function asDirectory(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}

function remarks({ role, integrity }: Component): string {
  const words = [
    role === 'application' ? 'application' : '',
    integrity?.state === 'modified' ? 'modified' : '',
  ];
  const said = words.filter((word) => word !== '').join(', ');
  return said === '' ? '' : ` (${said})`;
}

/** How many blocks are what was published, where the packer looked for it; the modified ones by name. */
function integrityText({ imports }: Packed): string {
  const judged = imports.flatMap(({ component }) => component.integrity ?? []);
  if (judged.length === 0) return '';
  const number = (state: Integrity['state']) => judged.filter((one) => one.state === state).length;
  const modified = imports.flatMap(({ component: { purl, integrity } }) =>
    integrity?.state === 'modified'
      ? [`  ${purl} is not as published: ${changesText(integrity.changes)}\n`]
      : [],
  );
  const counts = `${number('verified')} verified, ${number('modified')} modified, ${number('unknown')} unknown`;
  return `\nas published     ${counts}\n${modified.slice(0, rows).map(printableLine).join('')}`;
}

function changesText(changes: readonly FileChange[]): string {
  const shown = changes.slice(0, 3).map(({ path, change }) => `${path} ${change}`);
  return `${shown.join(', ')}${changes.length > 3 ? ` and ${changes.length - 3} more` : ''}`;
}

function printableLine(line: string): string {
  return `${printable(line.trimEnd())}\n`;
}

function leftOutText(leftOut: readonly LeftOut[]): string {
  if (leftOut.length === 0) return '';
  const counts = new Map<string, number>();
  for (const { reason } of leftOut) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const reasons = [...counts].sort(([, a], [, b]) => b - a).map(([reason, number]) => `${number} ${reason}`);
  return `left out         ${count(leftOut.length, 'file')}: ${printable(reasons.join(', '))}\n`;
}

/** What an update would move is what the reader looks for. */
function newAndLargestFirst({ block: a }: PackedImport, { block: b }: PackedImport): number {
  return Number(b.added) - Number(a.added) || b.size - a.size;
}

function headline(totals: Totals): string {
  const whole = `${count(totals.blocks, 'block')}, ${byteSize(totals.bytes)}`;
  const parts = `${totals.knownBlocks} known, ${totals.newBlocks} new`;
  return `${whole}: ${parts}${totals.newBlocks === 0 ? '' : ` (${byteSize(totals.newBytes)})`}`;
}
