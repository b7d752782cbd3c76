import { type ColumnReader, type ColumnWriter, skeletonInvalid } from './columns.ts';
import type { SkeletonColumn } from './skeleton-columns.ts';

/** Names are one character for each byte. */
export function writeName(columns: ColumnWriter<SkeletonColumn>, name: string, like: string): void {
  const shared = sharedStart(name, like);
  const sharedEnd = sharedEndAfter(name, like, shared);
  const rest = name.slice(shared, name.length - sharedEnd);
  columns.number('shared', shared);
  columns.number('sharedEnd', sharedEnd);
  columns.number('nameLength', rest.length);
  columns.bytes('name', Buffer.from(rest, 'latin1'));
}

/** @throws DELTA_INVALID */
export function readName(columns: ColumnReader<SkeletonColumn>, like: string): string {
  const shared = columns.of.shared.next();
  const sharedEnd = columns.of.sharedEnd.next();
  const length = columns.of.nameLength.next();
  if (shared + sharedEnd > like.length || shared + sharedEnd + length > nameLimit)
    throw skeletonInvalid('a name has more in common with another than there is');
  const rest = columns.of.name.takeText(length);
  return like.slice(0, shared) + rest + like.slice(like.length - sharedEnd);
}

/** The most that a zip's headers can say. */
const nameLimit = 0xffff;

function sharedStart(name: string, like: string): number {
  const most = Math.min(name.length, like.length);
  let count = 0;
  while (count < most && name.charCodeAt(count) === like.charCodeAt(count)) count++;
  return count;
}

function sharedEndAfter(name: string, like: string, start: number): number {
  const most = Math.min(name.length, like.length) - start;
  let count = 0;
  while (
    count < most &&
    name.charCodeAt(name.length - 1 - count) === like.charCodeAt(like.length - 1 - count)
  )
    count++;
  return count;
}
