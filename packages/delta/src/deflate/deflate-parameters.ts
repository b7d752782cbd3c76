/**
 * The encoders that deflate streams can be made again with, by the names that formats use. Each stands for the exact bytes that it writes,
 * pinned by golden vectors; a new one goes to the end of the list, none ever leaves it.
 * - `zlib`: zlib as published, 1.2.x to 1.3.x. The JDK, Python, Maven, Gradle and most others write with it.
 * - `chromium`: zlib as Chromium changed it, with a hash over four bytes. Node.js tools write with it.
 * - `go`: compress/flate of Go, 1.7 to 1.26. Docker and most other tools that are written in Go pack layers with it.
 * - `pigz`: pigz. The layers of Debian's images are packed with it.
 * - `gzip`: GNU gzip. Its memory level is 8; busybox, which is made after it, has 6.
 * - `pgzip-1.15`, `pgzip-1.18`: pgzip with klauspost/compress 1.15.10 to 1.18.0, and from 1.18.2 on. Podman, Buildah, Skopeo and umoci pack layers with it. Blocks have 1 MiB where the
 *   memory level is 8, and 256 KiB, as umoci has them, where it is 6.
 * - `go-1.27`: compress/flate of Go from 1.27 on, which came from klauspost/compress.
 */
export const deflateEncoders = [
  'zlib',
  'chromium',
  'go',
  'pigz',
  'gzip',
  'pgzip-1.15',
  'pgzip-1.18',
  'go-1.27',
] as const;

export type DeflateEncoder = (typeof deflateEncoders)[number];

const every: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9];
/** Levels of klauspost/compress that are written again. */
const klauspost: readonly number[] = [1, 5, 6];
const known: Readonly<
  Record<DeflateEncoder, { readonly levels: readonly number[]; readonly memLevels: readonly number[] }>
> = {
  zlib: { levels: every, memLevels: every },
  chromium: { levels: every, memLevels: every },
  go: { levels: every, memLevels: [8] },
  pigz: { levels: every, memLevels: [8] },
  gzip: { levels: every, memLevels: [6, 8] },
  'pgzip-1.15': { levels: klauspost, memLevels: [6, 8] },
  'pgzip-1.18': { levels: klauspost, memLevels: [6, 8] },
  'go-1.27': { levels: klauspost, memLevels: [8] },
};

/** What an encoder was told. The window has 32 KiB and the strategy is the default one. */
export interface DeflateParameters {
  readonly encoder: DeflateEncoder;
  /** 1 to 9. */
  readonly level: number;
  /** zlib's default is 8, and so those say that have no other. */
  readonly memLevel: number;
}

const most = 9;

/** Codes are whole numbers below this one; not all of them stand for something. */
export const deflateCodeCount = deflateEncoders.length * most * most;

/** The parameters as one number, as formats write them. */
export function deflateCode({ encoder, level, memLevel }: DeflateParameters): number {
  return (deflateEncoders.indexOf(encoder) * most + level - 1) * most + memLevel - 1;
}

/** The other way; undefined for a number that stands for nothing. */
export function deflateParametersOf(code: number): DeflateParameters | undefined {
  const encoder = deflateEncoders[Math.floor(code / (most * most))];
  if (encoder === undefined || !Number.isInteger(code)) return undefined;
  const level = (Math.floor(code / most) % most) + 1;
  const memLevel = (code % most) + 1;
  const { levels, memLevels } = known[encoder];
  return levels.includes(level) && memLevels.includes(memLevel) ? { encoder, level, memLevel } : undefined;
}
