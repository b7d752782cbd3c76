import { Attribute } from './attributes';
import { nameOf } from './constants';
import { count, put } from './output';
import { constantIn, Group, nameText, textBeside } from './ranks';
import { refuse } from './refuse';
import { next, Stream } from './streams';

/** Of attributes: numbers from there on are those of the group texts. */
const knownCount: u64 = Attribute.record;

/** The next value of a stream, which means a constant: its index is two bytes of the contents. */
export function constant(group: Group, stream: Stream): u32 {
  const index = constantIn(group, next(stream));
  put(index);
  return index;
}

/** As many as are counted before. */
export function constants(group: Group, stream: Stream): void {
  for (let rest = count(); rest > 0; rest--) constant(group, stream);
}

/** The type of a variable that has this name. */
export function typeBeside(name: u32): void {
  put(textBeside(next(Stream.variableTypes), name));
}

/** The text that is the name of an attribute. */
export function attributeName(): u32 {
  const index = attributeIndex(next(Stream.attributeNames));
  if (index === 0) refuse();
  put(index);
  return index;
}

function attributeIndex(number: u64): u32 {
  if (number >= knownCount) return constantIn(Group.texts, number - knownCount);
  const index = nameOf(<u32>number + 1);
  nameText(index);
  return index;
}
