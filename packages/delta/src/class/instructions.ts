import { deltaInvalid } from '../difference/delta-invalid.ts';
import type { ClassCursor } from './class-cursor.ts';

/**
 * How the operands of an instruction lie: their length, and whether they begin with an index of a constant.
 * {@link https://docs.oracle.com/javase/specs/jvms/se21/html/jvms-6.html#jvms-6.5 JVMS 6.5}
 */
type Operands =
  | number
  | 'constant1'
  | 'tableswitch'
  | 'lookupswitch'
  | 'wide'
  | { readonly constant2: number };

const highestOpcode = 201;

const operands: readonly Operands[] = Array.from({ length: highestOpcode + 1 }, (_, opcode) =>
  operandsOf(opcode),
);

function operandsOf(opcode: number): Operands {
  const within = (from: number, to: number): boolean => opcode >= from && opcode <= to;
  if (opcode === 16 || opcode === 188 || opcode === 169 || within(21, 25) || within(54, 58)) return 1;
  if (opcode === 17 || opcode === 132 || within(153, 168) || opcode === 198 || opcode === 199) return 2;
  if (opcode === 200 || opcode === 201) return 4;
  if (opcode === 18) return 'constant1';
  if (opcode === 19 || opcode === 20 || within(178, 184) || opcode === 187 || opcode === 189)
    return { constant2: 0 };
  if (opcode === 192 || opcode === 193) return { constant2: 0 };
  if (opcode === 185 || opcode === 186) return { constant2: 2 };
  if (opcode === 197) return { constant2: 1 };
  if (opcode === 170) return 'tableswitch';
  if (opcode === 171) return 'lookupswitch';
  return opcode === 196 ? 'wide' : 0;
}

/** What a walk over instructions does with the constants that they name. */
export interface ConstantUse {
  /** The index is the byte at the cursor, and is passed. */
  constant1(cursor: ClassCursor): void;
  /** The index is the two bytes at the cursor, and is passed. */
  constant2(cursor: ClassCursor): void;
}

/**
 * All instructions from the cursor to `end`.
 * @throws DELTA_INVALID
 */
export function walkInstructions(cursor: ClassCursor, end: number, use: ConstantUse): void {
  const start = cursor.at;
  while (cursor.at < end) {
    const opcode = cursor.u1();
    const follows = operands[opcode];
    if (typeof follows === 'number') cursor.skip(follows);
    else if (typeof follows === 'object') {
      use.constant2(cursor);
      cursor.skip(follows.constant2);
    } else if (follows === 'constant1') use.constant1(cursor);
    else if (follows === 'wide') cursor.skip(cursor.u1() === 132 ? 4 : 2);
    else skipSwitch(cursor, follows, start);
  }
  if (cursor.at !== end) throw deltaInvalid('an instruction of a class file goes on behind its code');
}

function skipSwitch(
  cursor: ClassCursor,
  kind: 'tableswitch' | 'lookupswitch' | undefined,
  start: number,
): void {
  if (kind === undefined) throw deltaInvalid('a class file has an unknown instruction');
  cursor.skip((4 - ((cursor.at - start) & 3)) & 3);
  cursor.skip(4);
  if (kind === 'lookupswitch') {
    cursor.skip(cursor.u4() * 8);
    return;
  }
  const low = cursor.u4() | 0;
  const high = cursor.u4() | 0;
  if (low > high) throw deltaInvalid('a table of jumps in a class file is less than empty');
  cursor.skip((high - low + 1) * 4);
}
