import { constantIn, Group } from '../class-joiner/ranks';
import { refuse } from '../class-joiner/refuse';
import { endOf, next, nextUpTo, Stream, startOf } from '../class-joiner/streams';
import { readTags } from '../class-joiner/tags';
import { slots } from '../class-leveller/constants';
import { codeText } from './texts';

/** By index: the stream in which a constant named a text first, or 0. */
const uses = memory.data(65536, 16);

/** Codes the texts of a class file. */
export function codeTextsOfClass(): void {
  const count = nextUpTo(0xffff, Stream.constantCounts);
  const tags = startOf(Stream.constantTags);
  readTags(count);
  // A class file without texts writes nothing: only this bounds how many there are.
  if (startOf(Stream.constantTags) > endOf(Stream.constantTags)) refuse();
  memory.fill(uses, 0, count);
  let at = tags;
  for (let index: u32 = 1; index < count; at++) {
    const tag: u32 = load<u8>(at);
    noteUses(tag);
    index += slots(tag);
  }
  at = tags;
  for (let index: u32 = 1; index < count; at++) {
    const tag: u32 = load<u8>(at);
    if (tag === 1) codeText(load<u8>(uses + index));
    index += slots(tag);
  }
}

/** What texts a constant names. */
function noteUses(tag: u32): void {
  switch (tag) {
    case 7:
      note(Stream.classNames);
      return;
    case 8:
      note(Stream.stringTexts);
      return;
    case 12:
      note(Stream.partNames);
      note(Stream.partTypes);
      return;
    case 16:
    case 19:
    case 20:
      note(Stream.otherTexts);
  }
}

function note(stream: Stream): void {
  const use = uses + constantIn(Group.texts, next(stream));
  if (load<u8>(use) === 0) store<u8>(use, stream);
}
