import { slots } from '../class-leveller/constants';
import { addConstant, beginRanks, openRanks } from './ranks';
import { refuse } from './refuse';
import { nextByte, Stream } from './streams';

/**
 * Passes the tags of a class file. What numbers mean depends on all constants, also on those behind.
 * @param count of its constants, as it stands in the class file
 */
export function readTags(count: u32): void {
  beginRanks();
  let index: u32 = 1;
  while (index < count) {
    const tag = nextByte(Stream.constantTags);
    addConstant(index, tag);
    index += slots(tag);
  }
  if (index !== max(1, count)) refuse();
  openRanks(count);
}
