import { deflateParametersOf } from '../deflate/deflate-parameters.ts';
import { ColumnReader, skeletonInvalid } from './columns.ts';
import { FormNumbers, knownForms } from './form-column.ts';
import { nameLimit, partLimit } from './limits.ts';
import { readName } from './name-column.ts';
import { type OldArchive, oldInside, partName, partSize } from './old-parts.ts';
import { heldSize } from './put-together.ts';
import type { Layout, Part } from './read-layout.ts';
import {
  type Origin,
  type Packing,
  positionIn,
  type Recipe,
  type RecipeHead,
  type RecipePart,
  type ZipRecipe,
} from './recipe.ts';
import {
  archiveKinds,
  kindBits,
  nestingLimit,
  packingCodes,
  relations,
  type SkeletonColumn,
  skeletonColumns,
  timeKinds,
  treeForms,
} from './skeleton-columns.ts';
import { secondsOf } from './unix-time.ts';
import type { ZipEnd, ZipFacts, ZipHead } from './zip-layout.ts';
import { ones16, ones32, saysUnixTime } from './zip-write.ts';

/**
 * The recipes of archives from their skeletons.
 * @param olds for each archive, the layouts of the older ones that it was written against
 * @throws DELTA_INVALID
 */
export function decodeSkeletons(bytes: Uint8Array, olds: readonly (readonly Layout[])[]): Recipe[] {
  return [...eachRecipe(bytes, olds)];
}

/**
 * The same one by one, each when it is asked for. Whether anything is left over is seen behind the last one.
 * @throws DELTA_INVALID
 */
export function* eachRecipe(
  bytes: Uint8Array,
  olds: readonly (readonly Layout[])[],
): Generator<Recipe, undefined> {
  const reader = new SkeletonReader(bytes);
  for (const layouts of olds)
    yield reader.read(
      layouts.map((layout, i) => ({ old: i, above: [], layout })),
      0,
    );
  reader.end();
}

interface Before {
  /** The old part that is expected next. */
  near: { from: number; part: number };
  name: string;
}

class SkeletonReader {
  readonly #columns: ColumnReader<SkeletonColumn>;
  #time = 0;
  #zone = 0;
  #namesLeft = nameLimit;
  #partsLeft = partLimit;

  constructor(bytes: Uint8Array) {
    this.#columns = new ColumnReader(skeletonColumns, bytes);
  }

  end(): void {
    this.#columns.end();
  }

  read(olds: readonly OldArchive[], depth: number): Recipe {
    const columns = this.#columns;
    if (depth > nestingLimit) throw skeletonInvalid('archives lie too deep in archives');
    const number = columns.of.archive.next();
    const kind = archiveKinds[number - 1];
    if (kind === undefined) throw skeletonInvalid(`there is no kind of archive ${number}`);
    const count = columns.of.archive.next();
    if (count > columns.of.kind.left) throw skeletonInvalid(`it has fewer than ${count} parts`);
    this.#partsLeft -= count;
    if (this.#partsLeft < 0) throw skeletonInvalid(`its archives have more than ${partLimit} parts`);
    const ends = kind === 'zip' ? this.#ends(count) : undefined;
    const forms = new FormNumbers(knownForms(olds));
    const before: Before = { near: { from: 0, part: 0 }, name: '' };
    const parts: RecipePart[] = [];
    for (let i = 0; i < count; i++) parts.push(this.#part(kind, olds, before, forms, depth));
    return kind === 'zip' && ends !== undefined
      ? zipOf(parts, ends)
      : { kind: kind === 'tar' ? kind : 'tree', parts };
  }

  #ends(count: number): ZipEnds {
    const columns = this.#columns;
    const directoryAt = count - columns.of.archive.next();
    const shift = columns.of.archive.next();
    const flags = columns.of.archive.next();
    const [isWide, count16, size, offset] = [1, 2, 4, 8].map((bit) => (flags & bit) !== 0);
    if (directoryAt < 0 || flags > 15) throw skeletonInvalid('its end records cannot be');
    const within = (limit: number): number => {
      const value = columns.of.archive.next();
      if (value > limit) throw skeletonInvalid('its end records cannot be');
      return value;
    };
    const wide = isWide
      ? { madeBy: within(ones16), version: within(ones16), disks: within(ones32) }
      : undefined;
    const ones = { count: count16 === true, size: size === true, offset: offset === true };
    const comment = new Uint8Array(columns.of.literal.take(within(ones16)));
    return { directoryAt, shift, end: { wide, ones, comment }, order: this.#order() };
  }

  /** Undefined for the order of the file. */
  #order(): number[] | undefined {
    const count = this.#columns.of.order.next();
    if (count > this.#columns.of.order.left) throw skeletonInvalid('its central directory is too short');
    return count === 0 ? undefined : Array.from({ length: count }, () => this.#columns.of.order.next());
  }

  #part(
    archive: Recipe['kind'],
    olds: readonly OldArchive[],
    before: Before,
    forms: FormNumbers,
    depth: number,
  ): RecipePart {
    const columns = this.#columns;
    const kind = columns.of.kind.next();
    const relation = relations[kind & kindBits.relation] ?? 'none';
    const has = (bit: number): boolean => (kind & bit) !== 0;
    const mayBe = archive === 'zip' || (has(kindBits.gap) === (archive === 'tar') && !has(kindBits.kept));
    if (kind > 127 || !mayBe) throw skeletonInvalid(`there is no kind of part ${kind}`);
    const base = relation === 'none' ? undefined : this.#base(olds, before);
    const oldPart = base?.part;
    if (!has(kindBits.gap)) before.name = this.#name(oldPart, before.name, has(kindBits.renamed));
    const head = has(kindBits.gap)
      ? ({ kind: 'gap' } as const)
      : archive === 'zip'
        ? this.#entryHead(before.name, oldPart, forms, has(kindBits.kept))
        : this.#treeHead(before.name);
    const content = this.#content(head, relation, oldPart, has(kindBits.empty));
    if (head.kind === 'link' && content.size > 0) throw skeletonInvalid('a link or directory has content');
    const origin = base && originOf(relation, base);
    const { size, packing, facts } = content;
    if (!has(kindBits.nested)) return { head, size, packing, facts, origin, nested: undefined };
    const inside = base && oldInside(base.old, base.at);
    const nested = this.read(inside === undefined ? [] : [inside], depth + 1);
    if (
      nested.kind !== 'zip' ||
      (head.kind === 'gap' && archive !== 'tar') ||
      head.kind === 'link' ||
      (typeof content.packing === 'string' && content.packing !== 'stored')
    )
      throw skeletonInvalid('an archive lies where none can');
    return { head, size, packing, facts, origin, nested };
  }

  #name(oldPart: Part | undefined, before: string, isRenamed: boolean): string {
    const like = oldPart === undefined ? before : partName(oldPart);
    const name = oldPart === undefined || isRenamed ? readName(this.#columns, like) : like;
    this.#namesLeft -= name.length;
    if (this.#namesLeft < 0) throw skeletonInvalid(`its names have more than ${nameLimit} bytes`);
    return name;
  }

  #base(olds: readonly OldArchive[], before: Before): OldPart {
    const from = olds.length > 1 ? this.#columns.of.old.next() : 0;
    const near = from === before.near.from ? before.near.part : 0;
    const at = near + this.#columns.of.skip.nextSigned();
    const old = olds[from];
    const part = old?.layout.parts[at];
    if (old === undefined || part === undefined)
      throw skeletonInvalid(`the older archive ${from} has no part ${at}`);
    before.near = { from, part: at + 1 };
    return { old, at, part };
  }

  #entryHead(name: string, oldPart: Part | undefined, forms: FormNumbers, isKept: boolean): RecipeHead {
    const columns = this.#columns;
    const old = oldPart?.kind === 'entry' ? oldPart.head : undefined;
    const form = forms.read(columns, old?.form, name);
    this.#time = this.#timeAfter(old);
    const time = this.#time;
    let unixTime = 0;
    if (saysUnixTime(form)) {
      this.#zone += columns.of.unixTime.nextSigned();
      unixTime = secondsOf(time) + this.#zone;
      if (!isWord32(unixTime)) throw skeletonInvalid('a time is out of range');
    }
    const localHeader = isKept ? new Uint8Array(columns.of.literal.take(columns.of.facts.next())) : undefined;
    const zip: ZipHead = { name, form, time, unixTime, localHeader };
    return { kind: 'entry', zip };
  }

  #timeAfter(old: ZipHead | undefined): number {
    const kind = this.#columns.of.timeKind.next();
    if (kind === timeKinds.asBefore) return this.#time;
    if (kind === timeKinds.asOld && old !== undefined) return old.time;
    const time = kind === timeKinds.another ? this.#time + this.#columns.of.time.nextSigned() : -1;
    if (!isWord32(time)) throw skeletonInvalid('a time is out of range');
    return time;
  }

  #treeHead(name: string): RecipeHead {
    const columns = this.#columns;
    const path = Buffer.from(name, 'latin1').toString();
    const form = columns.of.form.next();
    if (form === treeForms.file || form === treeForms.executable)
      return { kind: 'file', tree: { kind: 'file', path, executable: form === treeForms.executable } };
    if (form === treeForms.directory) return { kind: 'link', tree: { kind: 'directory', path } };
    if (form !== treeForms.symlink) throw skeletonInvalid(`a tree has no form ${form}`);
    const target = asText(columns.of.literal.take(columns.of.facts.next()));
    return { kind: 'link', tree: { kind: 'symlink', path, target } };
  }

  #content(
    head: RecipeHead,
    relation: Origin['is'] | 'none',
    oldPart: Part | undefined,
    isEmpty: boolean,
  ): Pick<RecipePart, 'size' | 'packing' | 'facts'> {
    const columns = this.#columns;
    const isEntry = head.kind === 'entry';
    if (relation === 'packed' && oldPart !== undefined) {
      if (isEntry !== (oldPart.kind === 'entry')) throw skeletonInvalid('a part is like one of another kind');
      const facts = oldPart.kind === 'entry' ? oldPart.facts : undefined;
      return { size: partSize(oldPart, true), packing: 'copied', facts };
    }
    if (isEmpty) return { size: 0, packing: 'stored', facts: undefined };
    const packing = isEntry ? packingOf(columns.of.packing.next()) : 'stored';
    const oldSize = oldPart === undefined ? 0 : partSize(oldPart, packing === 'raw');
    const size = relation === 'content' ? oldSize : oldSize + columns.of.size.nextSigned();
    if (size < 0 || !Number.isSafeInteger(size)) throw skeletonInvalid(`a part has ${size} bytes`);
    if (!isEntry || (packing !== 'raw' && size <= heldSize)) return { size, packing, facts: undefined };
    return { size, packing, facts: this.#facts(packing, size) };
  }

  #facts(packing: Packing, size: number): ZipFacts {
    const crc32 = this.#columns.of.facts.next();
    const other = this.#columns.of.facts.next();
    if (!isWord32(crc32)) throw skeletonInvalid('a checksum is out of range');
    return packing === 'raw' ? { crc32, packedSize: size, size: other } : { crc32, packedSize: other, size };
  }
}

interface ZipEnds {
  readonly directoryAt: number;
  readonly shift: number;
  readonly end: ZipEnd;
  readonly order: readonly number[] | undefined;
}

function zipOf(parts: readonly RecipePart[], ends: ZipEnds): ZipRecipe {
  const { directoryAt, shift, end, order } = ends;
  const inFile: number[] = [];
  for (let i = 0; i < parts.length; i++) if (parts[i]?.head.kind === 'entry') inFile.push(i);
  const isComplete = order === undefined || areSame(order, inFile);
  if (!isComplete || (inFile.at(-1) ?? -1) >= directoryAt)
    throw skeletonInvalid('its central directory does not list its entries');
  return { kind: 'zip', parts, directoryAt, directory: order ?? inFile, shift, end };
}

/** @param sorted without any twice */
function areSame(numbers: readonly number[], sorted: readonly number[]): boolean {
  return [...numbers].sort((one, other) => one - other).every((number, i) => number === sorted[i]);
}

interface OldPart {
  readonly old: OldArchive;
  readonly at: number;
  readonly part: Part;
}

function originOf(relation: Origin['is'] | 'none', { old, at }: OldPart): Origin | undefined {
  return relation === 'none'
    ? undefined
    : { is: relation, old: old.old, position: positionIn(old.above, at) };
}

function packingOf(code: number): Packing {
  if (code === packingCodes.stored) return 'stored';
  if (code === packingCodes.raw) return 'raw';
  const parameters = deflateParametersOf(code - packingCodes.encoders);
  if (parameters === undefined) throw skeletonInvalid(`there is no packing ${code}`);
  return parameters;
}

function isWord32(value: number): boolean {
  return value >= 0 && value <= ones32;
}

function asText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
