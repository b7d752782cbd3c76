import { crc32 } from 'node:zlib';
import { extraField } from './zip-extra.ts';

const utf8Flag = 1 << 11;
const unicodePathField = 0x7075;

/** The upper half of code page 437, in which names without the UTF-8 flag are written. */
const upperHalf =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

export interface ZipName {
  readonly text: string;
  /** True when nothing in the archive says which characters the bytes stand for. */
  readonly guessed: boolean;
  /** What the archive calls the entry in another place, which only some readers look at. */
  readonly other?: string;
}

/**
 * A name as text. Java writes UTF-8 without saying so, hence bytes that are valid UTF-8 are taken for it whatever the flag says.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT appendix D
 */
export function decodeZipName(bytes: Buffer, flags: number, extra: Buffer): ZipName {
  const text = bytes.toString();
  const isPlain = text.length === bytes.length && !text.includes('\ufffd');
  const unicode = extra.length === 0 ? undefined : unicodePath(bytes, extra);
  if (isPlain || isUtf8(bytes, text)) {
    const guessed = !isPlain && (flags & utf8Flag) === 0 && unicode === undefined;
    return unicode === undefined || unicode === text ? { text, guessed } : { text, guessed, other: unicode };
  }
  if (unicode !== undefined) return { text: unicode, guessed: false };
  return { text: decodeCodePage437(bytes), guessed: true };
}

function isUtf8(bytes: Buffer, text: string): boolean {
  return !text.includes('\ufffd') || Buffer.from(text).equals(bytes);
}

/** The name that Info-ZIP adds as UTF-8, with a checksum that ties it to the name it stands for. */
function unicodePath(name: Buffer, extra: Buffer): string | undefined {
  const field = extraField(extra, unicodePathField);
  if (field === undefined || field.length < 5 || field[0] !== 1) return undefined;
  if (field.readUInt32LE(1) !== crc32(name)) return undefined;
  const bytes = field.subarray(5);
  const text = bytes.toString();
  return isUtf8(bytes, text) ? text : undefined;
}

function decodeCodePage437(bytes: Buffer): string {
  return Array.from(bytes, (byte) =>
    byte < 128 ? String.fromCharCode(byte) : upperHalf.charAt(byte - 128),
  ).join('');
}
