import { deflateCode } from '../deflate/deflate-parameters.ts';
import { type Base, BaseSearch, type OldContents, oldContents } from './base-part.ts';
import { ColumnWriter } from './columns.ts';
import { FormNumbers, knownForms } from './form-column.ts';
import { writeName } from './name-column.ts';
import { oldInside, partName, partSize } from './old-parts.ts';
import { heldSize } from './put-together.ts';
import type { Part } from './read-layout.ts';
import {
  archiveKinds,
  kindBits,
  packingCodes,
  relations,
  type SkeletonColumn,
  skeletonColumns,
  timeKinds,
  treeForms,
} from './skeleton-columns.ts';
import type { Archive, Content } from './take-apart.ts';
import type { TarPart } from './tar-layout.ts';
import type { TreePart } from './tree-layout.ts';
import { secondsOf } from './unix-time.ts';
import type { ZipEnd, ZipEntryPart, ZipGap, ZipLayout } from './zip-layout.ts';
import { saysUnixTime } from './zip-write.ts';

/** An archive, and older ones that whoever reads its skeleton has. */
export interface ArchiveSince {
  readonly archive: Archive;
  /** In an order that the reader knows. Their encoders need not have been looked for. */
  readonly olds: readonly Archive[];
}

/**
 * What it takes, beside contents, to put archives together again: everything that follows from the contents or is the same in an older archive is
 * left out. The bytes are not compressed; specified in docs/format/archive-skeleton.md.
 */
export function encodeSkeletons(archives: readonly ArchiveSince[]): Uint8Array {
  const writer = new SkeletonWriter();
  for (const { archive, olds } of archives) {
    const contents = oldContents(olds);
    writer.write(archive, contents, new BaseSearch(contents));
  }
  return writer.encode();
}

class SkeletonWriter {
  readonly #columns = new ColumnWriter<SkeletonColumn>(skeletonColumns);
  #time = 0;
  #zone = 0;

  encode(): Uint8Array {
    return this.#columns.encode();
  }

  write(archive: Archive, olds: readonly OldContents[], search: BaseSearch): void {
    const { layout } = archive;
    this.#columns.number('archive', archiveKinds.indexOf(layout.kind) + 1);
    this.#columns.number('archive', layout.parts.length);
    if (layout.kind === 'zip') this.#ends(layout);
    const forms = new FormNumbers(knownForms(olds));
    let near: Base = { relation: 'base', from: 0, part: 0 };
    let name = '';
    for (const [i, part] of layout.parts.entries()) {
      const content = archive.contents[i];
      if (content === undefined) throw new RangeError(`the archive has no content ${i}`);
      const base = search.find(part, content, near);
      this.#part(part, content, base, olds, { near, name, forms, search });
      near = base === undefined ? near : { ...base, part: base.part + 1 };
      name = isGap(part) ? name : partName(part);
    }
  }

  #ends({ parts, directoryAt, directory, shift, end }: ZipLayout): void {
    const columns = this.#columns;
    columns.number('archive', parts.length - directoryAt);
    columns.number('archive', shift);
    columns.number('archive', endFlags(end));
    if (end.wide !== undefined)
      for (const value of [end.wide.madeBy, end.wide.version, end.wide.disks])
        columns.number('archive', value);
    columns.number('archive', end.comment.length);
    columns.bytes('literal', end.comment);
    const inFile = [...directory].sort((one, other) => one - other);
    const isSorted = inFile.every((position, i) => position === directory[i]);
    columns.number('order', isSorted ? 0 : directory.length);
    if (!isSorted) for (const position of directory) columns.number('order', position);
  }

  #part(
    part: Part,
    content: Content,
    base: Base | undefined,
    olds: readonly OldContents[],
    { near, name, forms, search }: { near: Base; name: string; forms: FormNumbers; search: BaseSearch },
  ): void {
    const columns = this.#columns;
    const oldPart = base && olds[base.from]?.layout.parts[base.part];
    const relation = base?.relation ?? 'none';
    const isNested = content.nested !== undefined && (relation === 'base' || relation === 'none');
    const isRenamed = oldPart !== undefined && !isGap(part) && partName(oldPart) !== partName(part);
    const isKept = part.kind === 'entry' && part.head.localHeader !== undefined;
    // Of nothing there are many forms: only what is stored is plainly empty.
    const isEmpty = content.size === 0 && content.packing === 'stored';
    columns.number(
      'kind',
      relations.indexOf(relation) |
        (isRenamed ? kindBits.renamed : 0) |
        (isNested ? kindBits.nested : 0) |
        (isGap(part) ? kindBits.gap : 0) |
        (isEmpty ? kindBits.empty : 0) |
        (isKept ? kindBits.kept : 0),
    );
    if (base !== undefined) {
      if (olds.length > 1) columns.number('old', base.from);
      columns.signed('skip', base.part - (base.from === near.from ? near.part : 0));
    }
    if (!isGap(part) && (oldPart === undefined || isRenamed))
      writeName(columns, partName(part), oldPart === undefined ? name : partName(oldPart));
    if (part.kind === 'entry') this.#entryHead(part, oldPart, forms);
    else if (!isGap(part)) this.#treeHead(part);
    if (relation !== 'packed' && !isEmpty) this.#content(part, content, relation, oldPart);
    if (!isNested || content.nested === undefined) return;
    const inside = base && insideOf(olds[base.from], base);
    this.write(content.nested, inside ? [inside] : [], search.inside(inside));
  }

  #entryHead({ head }: ZipEntryPart, oldPart: Part | undefined, forms: FormNumbers): void {
    const columns = this.#columns;
    const old = oldPart?.kind === 'entry' ? oldPart.head : undefined;
    forms.write(columns, head.form, old?.form, head.name);
    const kind =
      head.time === this.#time
        ? timeKinds.asBefore
        : head.time === old?.time
          ? timeKinds.asOld
          : timeKinds.another;
    columns.number('timeKind', kind);
    if (kind === timeKinds.another) columns.signed('time', head.time - this.#time);
    this.#time = head.time;
    if (saysUnixTime(head.form)) {
      const zone = head.unixTime - secondsOf(head.time);
      columns.signed('unixTime', zone - this.#zone);
      this.#zone = zone;
    }
    if (head.localHeader === undefined) return;
    columns.number('facts', head.localHeader.length);
    columns.bytes('literal', head.localHeader);
  }

  #treeHead(part: TreePart): void {
    const columns = this.#columns;
    if (part.kind === 'file') {
      columns.number('form', part.executable ? treeForms.executable : treeForms.file);
      return;
    }
    columns.number('form', treeForms[part.kind]);
    if (part.kind !== 'symlink') return;
    const target = Buffer.from(part.target);
    columns.number('facts', target.length);
    columns.bytes('literal', target);
  }

  #content(
    part: Part,
    { size, packing }: Content,
    relation: Base['relation'],
    oldPart: Part | undefined,
  ): void {
    const columns = this.#columns;
    if (part.kind === 'entry') columns.number('packing', packingCode(packing));
    const oldSize = oldPart === undefined ? 0 : partSize(oldPart, packing === 'raw');
    if (relation !== 'content') columns.signed('size', size - oldSize);
    if (part.kind !== 'entry') return;
    const { crc32, packedSize } = part.facts;
    if (packing !== 'raw' && size <= heldSize) return;
    columns.number('facts', crc32);
    columns.number('facts', packing === 'raw' ? part.facts.size : packedSize);
  }
}

/** Of a tar, everything is a gap: names stand in the headers, which are kept as they are. */
function isGap(part: Part): part is ZipGap | TarPart {
  return part.kind === 'gap' || part.kind === 'headers' || part.kind === 'content';
}

function packingCode(packing: Content['packing']): number {
  if (packing === 'deflated' || packing === 'copied')
    throw new RangeError('nobody has looked for the encoders of this archive');
  return typeof packing === 'string' ? packingCodes[packing] : packingCodes.encoders + deflateCode(packing);
}

function insideOf(from: OldContents | undefined, base: Base): OldContents | undefined {
  const inside = from && oldInside(from, base.part);
  const archive = from?.archive.contents[base.part]?.nested;
  return inside && archive && { ...inside, archive };
}

function endFlags({ wide, ones }: ZipEnd): number {
  return Number(wide !== undefined) | (ones.count ? 2 : 0) | (ones.size ? 4 : 0) | (ones.offset ? 8 : 0);
}
