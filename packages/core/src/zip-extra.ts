const zip64Field = 1;
const magic32 = 0xffffffff;

/**
 * The first extra field with this id. Android's zipalign pads extra areas with zeros that form no field, so an unfinished field ends
 * the search and is no error.
 */
export function extraField(extra: Buffer, id: number): Buffer | undefined {
  let at = 0;
  while (at + 4 <= extra.length) {
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (end > extra.length) return undefined;
    if (extra.readUInt16LE(at) === id) return extra.subarray(at + 4, end);
    at = end;
  }
  return undefined;
}

export interface ZipSizes {
  readonly size: number;
  readonly compressedSize: number;
  readonly headerOffset: number;
}

/**
 * Sizes and offset where a header's 32 bits were too few: those that are all ones stand, in this order, in the zip64 field.
 * Undefined when one is missing there or is no safe integer. A header without the field means what it says.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.5.3
 */
export function zip64Sizes(sizes: ZipSizes, extra: Buffer): ZipSizes | undefined {
  const { size, compressedSize, headerOffset } = sizes;
  if (size !== magic32 && compressedSize !== magic32 && headerOffset !== magic32) return sizes;
  const field = extraField(extra, zip64Field);
  if (field === undefined) return sizes;
  let at = 0;
  const widen = (value: number): number => {
    if (value !== magic32) return value;
    at += 8;
    return at > field.length ? Number.NaN : Number(field.readBigUInt64LE(at - 8));
  };
  const wide = {
    size: widen(size),
    compressedSize: widen(compressedSize),
    headerOffset: widen(headerOffset),
  };
  return Object.values(wide).every(Number.isSafeInteger) ? wide : undefined;
}
