/**
 * Bytes that stand in texts for names of classes. No text of a class file has them:
 * {@link https://docs.oracle.com/javase/specs/jvms/se21/html/jvms-4.html#jvms-4.4.7 JVMS 4.4.7}.
 */
export const nameCodes = {
  /** `L`, a known name and `;`. */
  type: 0xf0,
  /** `L` and a known name. */
  openType: 0xf1,
  /** A known name. */
  name: 0xf2,
  /** `L` and a name that is new: it follows. */
  newType: 0xf3,
  /** A name that is new follows. */
  newName: 0xf4,
  /** Of a known name what is before its last `/`, and that. */
  package: 0xf5,
  /** Of a known name what is behind its last `/`, up to a `$` that it does not begin with. */
  simpleName: 0xf6,
} as const;

/** The first of them. */
export const firstNameCode = nameCodes.type;

/** Most names that are known in a section: this bounds what a reader needs, whatever it reads. */
export const mostNames = 1 << 18;

/** Bytes behind a name that is new. */
export const [nul, semicolon, less] = [0, 0x3b, 0x3c];

export const [slash, dollar, typeLetter] = [0x2f, 0x24, 0x4c];

/** What names in texts were taken out of, and what says which they are. */
export interface ShortTexts {
  /** Texts, each with a byte 0 behind it, in which codes stand for names. */
  readonly texts: Uint8Array;
  /** For each known name that a code stands for its rank among the recent ones, or 255. */
  readonly names: Uint8Array;
  /** For each 255 of them how many names were new since, a varint. */
  readonly farNames: Uint8Array;
  /** The ranks of names whose packages are meant. */
  readonly packages: Uint8Array;
  /** The ranks of names whose simple names are meant. */
  readonly simpleNames: Uint8Array;
}

/** Its streams but for the texts, in the order of the format. */
export const nameStreams = [
  'names',
  'farNames',
  'packages',
  'simpleNames',
] as const satisfies (keyof ShortTexts)[];

/** Where the part of a name begins that is no package. */
export function simpleStart(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && bytes[at - 1] !== slash) at--;
  return at;
}

/**
 * Where the part of a name ends that a file may have its name of.
 * @param start of what is no package
 */
export function simpleEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start + 1;
  while (at < end && bytes[at] !== dollar) at++;
  return Math.min(at, end);
}
