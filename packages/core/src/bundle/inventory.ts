import type { Descriptor } from '../blob.ts';
import { digestOf, isDigest } from '../digest.ts';
import { BlockPackError } from '../error.ts';
import { compareBytewise } from '../image-path.ts';

/** What a site has, without any of it: small enough for a stick that goes the other way. Specified in docs/format/inventory.md. */
export interface Inventory {
  /** Each kind and digest once. */
  readonly entries: readonly InventoryEntry[];
}

export interface InventoryEntry extends Descriptor {
  readonly kind: InventoryKind;
  /** Of a blob or a block, without qualifiers, where it is known. */
  readonly purl?: string;
}

/** A manifest or an index; an import manifest of an image; a layer or a block that is a blob; a block that can be read out of a layer. */
export type InventoryKind = 'image' | 'imports' | 'blob' | 'block';

/** Bytes: half a million blocks. */
export const inventoryLimit = 64 << 20;

const header = '#block-pack inventory v1';
const anyVersion = /^#block-pack inventory v/;
/** Qualifiers and subpath, behind ? and #, can hold addresses and passwords. */
const line =
  /^(image|imports|blob|block) (sha256:[0-9a-f]{64}) (0|[1-9][0-9]{0,14})(?: (pkg:[!"$->@-~]{1,1000}))?$/;
const end = /^#end (sha256:[0-9a-f]{64})$/;

/** The one spelling of an inventory: lines of ASCII, sorted, and behind them the digest of all of them. */
export function encodeInventory({ entries }: Inventory): string {
  const lines = entries.map(encodeEntry).sort(compareBytewise);
  const text = [header, ...lines, ''].join('\n');
  return `${text}#end ${digestOf(new TextEncoder().encode(text))}\n`;
}

function encodeEntry({ kind, digest, size, purl }: InventoryEntry): string {
  const plain = purl?.replace(/[?#].*$/, '');
  const text = `${kind} ${digest} ${size}${plain === undefined ? '' : ` ${plain}`}`;
  return line.test(text) ? text : `${kind} ${digest} ${size}`;
}

/**
 * @param name where the bytes come from, for messages
 * @throws INPUT_UNSUPPORTED for what is no inventory, or one of another version; BUNDLE_INVALID naming the line
 */
export function parseInventory(bytes: Uint8Array, name: string): Inventory {
  const text = new TextDecoder('latin1').decode(bytes);
  const lines = text.split('\n');
  if (lines[0] !== header) throw noInventory(lines[0] ?? '', name);
  const last = lines.length - 2;
  const [, digest] = end.exec(lines[last] ?? '') ?? [];
  if (digest === undefined || lines.at(-1) !== '') throw invalid(name, 'it ends too early');
  const covered = bytes.subarray(0, text.lastIndexOf('#end '));
  if (digestOf(covered) !== digest)
    throw invalid(name, `its digest is ${digestOf(covered)}, expected ${digest}`);
  const entries = lines.slice(1, last).map((one, at) => parseEntry(one, `line ${at + 2}`, name));
  checkOrder(lines.slice(1, last), entries, name);
  return { entries };
}

function parseEntry(text: string, where: string, name: string): InventoryEntry {
  const [, kind, digest, size, purl] = line.exec(text) ?? [];
  if (!isKind(kind) || digest === undefined || !isDigest(digest))
    throw invalid(
      name,
      `${where} is not <kind> <digest> <size> [<purl>]: ${JSON.stringify(text.slice(0, 120))}`,
    );
  if (purl !== undefined && kind !== 'blob' && kind !== 'block')
    throw invalid(name, `${where} has a purl, which is for blobs and blocks`);
  return { kind, digest, size: Number(size), ...(purl !== undefined && { purl }) };
}

function isKind(text: string | undefined): text is InventoryKind {
  return text !== undefined;
}

function checkOrder(lines: readonly string[], entries: readonly InventoryEntry[], name: string): void {
  for (let at = 1; at < lines.length; at++) {
    const [one, other] = [entries[at - 1], entries[at]];
    if (compareBytewise(lines[at - 1] ?? '', lines[at] ?? '') >= 0)
      throw invalid(name, `line ${at + 2} does not stand in its order`);
    if (one?.kind === other?.kind && one?.digest === other?.digest)
      throw invalid(name, `line ${at + 2} says ${other?.digest} twice`);
  }
}

function noInventory(first: string, name: string): BlockPackError {
  const isOther = anyVersion.test(first);
  return new BlockPackError(
    'INPUT_UNSUPPORTED',
    isOther ? `${name} is an inventory of another version` : `${name} is no inventory`,
    {
      hint: isOther ? 'Use a newer block-pack.' : 'block-pack inventory makes one, at the site.',
      details: { name },
    },
  );
}

function invalid(name: string, flaw: string): BlockPackError {
  return new BlockPackError('BUNDLE_INVALID', `${name} is not as an inventory has it: ${flaw}`, {
    hint: 'Copy the inventory again, as a binary file; if it stays so, have it made again.',
    details: { name },
  });
}
