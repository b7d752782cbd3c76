import { deltaInvalid } from '../difference/delta-invalid.ts';
import type { ClassTape } from './class-tape.ts';
import { kinds } from './typed-streams.ts';

/** Values of annotations inside of each other: arrays, and annotations in them. Real ones have three levels. */
const deepest = 64;

/** {@link https://docs.oracle.com/javase/specs/jvms/se21/html/jvms-4.html#jvms-4.7.16 JVMS 4.7.16} */
export function walkAnnotation(tape: ClassTape, depth = 0): void {
  tape.constant2(kinds.annotationTypes);
  for (let left = tape.u2(kinds.counts); left > 0; left--) {
    tape.constant2(kinds.annotationNames);
    walkElementValue(tape, depth);
  }
}

export function walkElementValue(tape: ClassTape, depth = 0): void {
  if (depth > deepest) throw deltaInvalid(`annotations of a class file are nested ${depth} deep`);
  const tag = String.fromCharCode(tape.u1(kinds.annotationTags));
  if ('BCDFIJSZ'.includes(tag)) tape.constant2(kinds.annotationValues);
  else if (tag === 's' || tag === 'c') tape.constant2(kinds.annotationTexts);
  else if (tag === 'e') {
    tape.constant2(kinds.annotationTypes);
    tape.constant2(kinds.annotationTexts);
  } else if (tag === '@') walkAnnotation(tape, depth + 1);
  else if (tag === '[')
    for (let left = tape.u2(kinds.counts); left > 0; left--) walkElementValue(tape, depth + 1);
  else throw deltaInvalid(`an annotation of a class file has a value of the unknown kind ${tag}`);
}

/** Bytes that say what kind of type is annotated: {@link https://docs.oracle.com/javase/specs/jvms/se21/html/jvms-4.html#jvms-4.7.20 JVMS 4.7.20} */
const targetLengths = new Map<number, number>([
  ...range(0x00, 0x01, 1),
  ...range(0x10, 0x10, 2),
  ...range(0x11, 0x12, 2),
  ...range(0x13, 0x15, 0),
  ...range(0x16, 0x16, 1),
  ...range(0x17, 0x17, 2),
  ...range(0x42, 0x46, 2),
  ...range(0x47, 0x4b, 3),
]);

function range(from: number, to: number, length: number): [number, number][] {
  return Array.from({ length: to - from + 1 }, (_, i) => [from + i, length]);
}

/** Target and path of an annotated type. */
export function walkTypeTarget(tape: ClassTape): void {
  const type = tape.u1(kinds.annotationTags);
  const isVariable = type === 0x40 || type === 0x41;
  const length = isVariable ? 6 * tape.u2(kinds.counts) : targetLengths.get(type);
  if (length === undefined) throw deltaInvalid(`a class file annotates a type of the unknown kind ${type}`);
  tape.opaque(kinds.annotationTargets, length);
  tape.opaque(kinds.annotationTargets, 2 * tape.u1(kinds.annotationTargets));
}
