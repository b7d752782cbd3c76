import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { encodeSkeletons } from '../archive/encode-skeleton.ts';
import { skeletonLimit } from '../archive/limits.ts';
import { archivesOf, type NewArchive, type OldArchive } from './open-archive.ts';

/** What it takes, beside contents, to put the archives of a group together. */
export interface GroupSkeleton {
  /** Without archives where these travel as they are. */
  readonly news: readonly NewArchive[];
  readonly bytes: Uint8Array;
}

/**
 * Archives whose skeletons are too large together, such as those with long comments, travel as they are.
 * @param most bytes of skeletons: no reader takes more than are allowed without it
 */
export function groupSkeleton(
  news: readonly NewArchive[],
  olds: readonly OldArchive[],
  most = skeletonLimit,
): GroupSkeleton {
  const apart = news.flatMap(({ archive, bases }) =>
    archive === undefined ? [] : [{ archive, olds: archivesOf(bases, olds) }],
  );
  const bytes = encodeSkeletons(apart);
  if (apart.length === 0 || bytes.length <= most) return { news, bytes };
  const whole = news.map((one) => ({ ...one, archive: undefined, reader: undefined }));
  return groupSkeleton(whole, olds);
}

const compress = promisify(brotliCompress);

export async function packSkeleton({ bytes }: GroupSkeleton): Promise<Uint8Array> {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: bytes.length > 4 << 20 ? 9 : 11,
    [constants.BROTLI_PARAM_LGWIN]: 24,
  };
  return compress(bytes, { params });
}
