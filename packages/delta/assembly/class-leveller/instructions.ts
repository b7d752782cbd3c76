import { twoAt } from './bytes';
import { four, isRenumbered, left, position, renumberOne, renumberTwo, skip } from './cursor';
import { Flaw, refuse } from './flaw';

const tableSwitch: u32 = 170;
const lookupSwitch: u32 = 171;
const wide: u32 = 196;
const increment: u32 = 132;

/**
 * By opcode: bytes with its operands, and 16 more where it names a constant, in one byte if there are two, else in two; 0 for those that are looked
 * at one by one.
 * @see https://docs.oracle.com/javase/specs/jvms/se21/html/jvms-6.html#jvms-6.5
 */
const forms = memory.data(256, 8);
const namesConstant: u8 = 16;

export function beginInstructions(): void {
  memory.fill(forms, 1, 202);
  setForm(16, 17, 2);
  setForm(17, 18, 3);
  setForm(18, 19, namesConstant | 2);
  setForm(19, 21, namesConstant | 3);
  setForm(21, 26, 2);
  setForm(54, 59, 2);
  setForm(increment, increment + 1, 3);
  setForm(153, 169, 3);
  setForm(169, 170, 2);
  setForm(tableSwitch, lookupSwitch + 1, 0);
  setForm(178, 185, namesConstant | 3);
  setForm(185, 187, namesConstant | 5);
  setForm(187, 188, namesConstant | 3);
  setForm(188, 189, 2);
  setForm(189, 190, namesConstant | 3);
  setForm(192, 194, namesConstant | 3);
  setForm(wide, wide + 1, 0);
  setForm(197, 198, namesConstant | 4);
  setForm(198, 200, 3);
  setForm(200, 202, 5);
}

function setForm(from: u32, to: u32, form: u8): void {
  memory.fill(forms + from, form, to - from);
}

/** All instructions of a method, of which all bytes are there. */
export function walkInstructions(length: u32): void {
  const start = position();
  const end = start + length;
  const renumbers = isRenumbered();
  let at = start;
  while (at < end) {
    const opcode: u32 = load<u8>(at);
    const form: u32 = load<u8>(forms + opcode);
    if (form === 0) {
      skip(<u32>(at - position()));
      walkOther(opcode, start);
      at = position();
      continue;
    }
    const size = form & 15;
    if (size > <u32>(end - at)) refuse(Flaw.instructionEnds);
    if (renumbers && form > 15) {
      if (size === 2) renumberOne(at + 1);
      else renumberTwo(at + 1, twoAt(at + 1));
    }
    at += size;
  }
  if (at !== end) refuse(Flaw.instructionEnds);
  skip(<u32>(at - position()));
}

/** One that has not always as many bytes. */
function walkOther(opcode: u32, start: usize): void {
  skip(1);
  if (opcode === wide) skip(load<u8>(skip(1)) === increment ? 4 : 2);
  else if (opcode === tableSwitch || opcode === lookupSwitch) walkSwitch(opcode, start);
  else refuse(Flaw.unknownInstruction, opcode);
}

function walkSwitch(opcode: u32, start: usize): void {
  skip(<u32>((start - position()) & 3));
  four();
  const count: u64 = opcode === lookupSwitch ? 2 * <u64>four() : countOfTable();
  if (4 * count > left()) refuse(Flaw.tableEnds);
  skip(4 * <u32>count);
}

function countOfTable(): u64 {
  const low = <i32>four();
  const high = <i32>four();
  if (low > high) refuse(Flaw.emptyTable);
  return <u64>(<i64>high - low) + 1;
}
