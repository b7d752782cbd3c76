import { constant } from './indexes';
import { bytes, count, one } from './output';
import { Group } from './ranks';
import { refuse } from './refuse';
import { Stream } from './streams';

/** The same as in packages/delta/src/class/annotations.ts. */
const deepest: i32 = 64;

/** @see https://docs.oracle.com/javase/specs/jvms/se21/html/jvms-4.html#jvms-4.7.16 */
function walkAnnotation(depth: i32): void {
  constant(Group.texts, Stream.annotationTypes);
  for (let rest = count(); rest > 0; rest--) {
    constant(Group.texts, Stream.annotationNames);
    walkElementValue(depth);
  }
}

export function walkElementValue(depth: i32 = 0): void {
  if (depth > deepest) refuse();
  switch (one(Stream.annotationTags)) {
    case 0x42: // B
    case 0x43: // C
    case 0x44: // D
    case 0x46: // F
    case 0x49: // I
    case 0x4a: // J
    case 0x53: // S
    case 0x5a: // Z
      constant(Group.values, Stream.annotationValues);
      return;
    case 0x63: // c
    case 0x73: // s
      constant(Group.texts, Stream.annotationTexts);
      return;
    case 0x65: // e
      constant(Group.texts, Stream.annotationTypes);
      constant(Group.texts, Stream.annotationTexts);
      return;
    case 0x40: // @
      walkAnnotation(depth + 1);
      return;
    case 0x5b: // [
      for (let rest = count(); rest > 0; rest--) walkElementValue(depth + 1);
      return;
    default:
      refuse();
  }
}

export function walkAnnotations(): void {
  for (let rest = count(); rest > 0; rest--) walkAnnotation(0);
}

/** @see https://docs.oracle.com/javase/specs/jvms/se21/html/jvms-4.html#jvms-4.7.20 */
export function walkTypeAnnotations(): void {
  for (let rest = count(); rest > 0; rest--) {
    bytes(Stream.annotationTargets, targetLength(one(Stream.annotationTags)));
    bytes(Stream.annotationTargets, 2 * one(Stream.annotationTargets));
    walkAnnotation(0);
  }
}

/** Bytes that say what kind of type is annotated. */
function targetLength(type: u32): u32 {
  if (type <= 0x01 || type === 0x16) return 1;
  if (type === 0x10 || type === 0x11 || type === 0x12 || type === 0x17) return 2;
  if (type >= 0x13 && type <= 0x15) return 0;
  if (type === 0x40 || type === 0x41) return 6 * count();
  if (type >= 0x42 && type <= 0x46) return 2;
  if (type >= 0x47 && type <= 0x4b) return 3;
  refuse();
  return 0;
}
