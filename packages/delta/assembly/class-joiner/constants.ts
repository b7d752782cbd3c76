import { putTwo } from '../class-leveller/bytes';
import { slots } from '../class-leveller/constants';
import { constant } from './indexes';
import { bytes, one, pass, two } from './output';
import { Group } from './ranks';
import { nextUpTo, Stream, startOf } from './streams';
import { readTags } from './tags';
import { putText } from './texts';

/** By index of a text: the attribute that it names, or 0. */
const named = memory.data(65536, 16);

/** By attribute: the first text that is its name, 16 bits; 0 where there is none. */
const namesOf = memory.data(64, 8);

const magic: u32 = 0xbebafeca;

/** Makes a class file up to the end of its constants. */
export function putConstants(): void {
  store<u32>(pass(4), magic);
  bytes(Stream.versions, 4);
  const count = nextUpTo(0xffff, Stream.constantCounts);
  putTwo(pass(2), count);
  const tags = startOf(Stream.constantTags);
  readTags(count);
  memory.fill(namesOf, 0, 64);
  let at = tags;
  for (let index: u32 = 1; index < count; at++) {
    const tag: u32 = load<u8>(at);
    putConstant(index, tag);
    index += slots(tag);
  }
}

/** Of a known tag. What others it names is said before all else, but in streams of its own. */
function putConstant(index: u32, tag: u32): void {
  store<u8>(pass(1), tag);
  switch (tag) {
    case 1:
      noteText(index, putText());
      return;
    case 3:
    case 4:
      bytes(Stream.constantNumbers, 4);
      return;
    case 5:
    case 6:
      bytes(Stream.constantNumbers, 8);
      return;
    case 7:
      constant(Group.texts, Stream.classNames);
      return;
    case 8:
      constant(Group.texts, Stream.stringTexts);
      return;
    case 9:
      constant(Group.types, Stream.fieldOwners);
      constant(Group.parts, Stream.fieldParts);
      return;
    case 10:
    case 11:
      constant(Group.types, Stream.methodOwners);
      constant(Group.parts, Stream.methodParts);
      return;
    case 12:
      constant(Group.texts, Stream.partNames);
      constant(Group.texts, Stream.partTypes);
      return;
    case 15:
      one(Stream.handleKinds);
      constant(Group.all, Stream.handleMembers);
      return;
    case 17:
    case 18:
      two(Stream.callBootstraps);
      constant(Group.parts, Stream.callParts);
      return;
    default:
      constant(Group.texts, Stream.otherTexts);
  }
}

function noteText(index: u32, attribute: u32): void {
  store<u8>(named + index, attribute);
  const name = namesOf + 2 * <usize>attribute;
  if (load<u16>(name) === 0) store<u16>(name, index);
}

/** What a text of the class file names. */
export function attributeOf(index: u32): u32 {
  return load<u8>(named + index);
}

/** The first text that names an attribute, or 0. */
export function nameOf(attribute: u32): u32 {
  return load<u16>(namesOf + 2 * <usize>attribute);
}
