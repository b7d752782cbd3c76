import { putTwo } from '../class-leveller/bytes';
import { four, left, pass, position } from './output';
import { constantIn, Group } from './ranks';
import { refuse } from './refuse';
import { next, nextByte, nextUpTo, readTo, Stream, startOf } from './streams';

const tableSwitch: u32 = 170;
const lookupSwitch: u32 = 171;
const wide: u32 = 196;
const increment: u32 = 132;

/** What stands behind an opcode. */
enum Form {
  none,
  byte,
  short,
  variable,
  jump,
  farJump,
  load,
  wideLoad,
  field,
  method,
  interfaceMethod,
  call,
  type,
  dimensions,
  increment,
  other,
}

/** By form: bytes with the opcode; of others one. */
const sizes = memory.data<u8>([1, 2, 3, 2, 3, 5, 2, 3, 3, 3, 5, 5, 3, 4, 3, 1]);

/** By opcode: its form. @see https://docs.oracle.com/javase/specs/jvms/se21/html/jvms-6.html#jvms-6.5 */
const forms = memory.data(256, 8);

export function beginInstructions(): void {
  setForm(0, 202, Form.none);
  setForm(202, 256, Form.other);
  setForm(16, 17, Form.byte);
  setForm(17, 18, Form.short);
  setForm(18, 19, Form.load);
  setForm(19, 21, Form.wideLoad);
  setForm(21, 26, Form.variable);
  setForm(54, 59, Form.variable);
  setForm(increment, increment + 1, Form.increment);
  setForm(153, 169, Form.jump);
  setForm(169, 170, Form.variable);
  setForm(tableSwitch, lookupSwitch + 1, Form.other);
  setForm(178, 182, Form.field);
  setForm(182, 185, Form.method);
  setForm(185, 186, Form.interfaceMethod);
  setForm(186, 187, Form.call);
  setForm(187, 188, Form.type);
  setForm(188, 189, Form.byte);
  setForm(189, 190, Form.type);
  setForm(192, 194, Form.type);
  setForm(wide, wide + 1, Form.other);
  setForm(197, 198, Form.dimensions);
  setForm(198, 200, Form.jump);
  setForm(200, 202, Form.farJump);
}

function setForm(from: u32, to: u32, form: Form): void {
  memory.fill(forms + from, <u8>form, to - from);
}

/** All instructions of a method, for which there is room. */
export function walkInstructions(length: u32): void {
  const start = position();
  const end = start + length;
  let at = start;
  let from = startOf(Stream.opcodes);
  while (at < end) {
    const opcode: u32 = load<u8>(from++);
    const form: Form = load<u8>(forms + opcode);
    const size: u32 = load<u8>(sizes + form);
    if (size > <u32>(end - at)) refuse();
    store<u8>(at, opcode);
    if (form === Form.other) {
      readTo(Stream.opcodes, from);
      pass(<u32>(at + 1 - position()));
      walkOther(opcode, start);
      from = startOf(Stream.opcodes);
      at = position();
      continue;
    }
    if (form !== Form.none) putOperands(form, at + 1);
    at += size;
  }
  if (at !== end) refuse();
  readTo(Stream.opcodes, from);
  pass(<u32>(at - position()));
}

function putOperands(form: Form, at: usize): void {
  switch (form) {
    case Form.byte:
      store<u8>(at, nextByte(Stream.operands));
      return;
    case Form.short:
      putNext(at, Stream.wideOperands);
      return;
    case Form.variable:
      store<u8>(at, nextByte(Stream.variables));
      return;
    case Form.jump:
      putNext(at, Stream.jumps);
      return;
    case Form.farJump:
      store<u32>(at, bswap(<u32>next(Stream.jumps)));
      return;
    case Form.load: {
      const index = constantIn(Group.values, next(Stream.loads));
      if (index > 0xff) refuse();
      store<u8>(at, index);
      return;
    }
    case Form.wideLoad:
      putConstant(at, Group.values, Stream.loads);
      return;
    case Form.field:
      putConstant(at, Group.fields, Stream.fields);
      return;
    case Form.method:
      putConstant(at, Group.methods, Stream.methods);
      return;
    case Form.interfaceMethod:
      putConstant(at, Group.methods, Stream.interfaceMethods);
      putNext(at + 2, Stream.interfaceCounts);
      return;
    case Form.call:
      putConstant(at, Group.calls, Stream.calls);
      putNext(at + 2, Stream.interfaceCounts);
      return;
    case Form.type:
      putConstant(at, Group.types, Stream.types);
      return;
    case Form.dimensions:
      putConstant(at, Group.types, Stream.types);
      store<u8>(at + 2, nextByte(Stream.operands));
      return;
    case Form.increment:
      store<u8>(at, nextByte(Stream.variables));
      store<u8>(at + 1, nextByte(Stream.operands));
  }
}

function putNext(at: usize, stream: Stream): void {
  putTwo(at, nextUpTo(0xffff, stream));
}

function putConstant(at: usize, group: Group, stream: Stream): void {
  putTwo(at, constantIn(group, next(stream)));
}

/** One that has not always as many bytes; its opcode is put. */
function walkOther(opcode: u32, start: usize): void {
  if (opcode === wide) walkWide();
  else if (opcode === tableSwitch || opcode === lookupSwitch) walkSwitch(opcode, start);
  else refuse();
}

function walkWide(): void {
  const opcode = nextByte(Stream.opcodes);
  store<u8>(pass(1), opcode);
  putNext(pass(2), Stream.wideOperands);
  if (opcode === increment) putNext(pass(2), Stream.wideOperands);
}

function walkSwitch(opcode: u32, start: usize): void {
  for (let rest = <u32>(start - position()) & 3; rest > 0; rest--)
    store<u8>(pass(1), nextUpTo(0xff, Stream.switches));
  four(Stream.switches);
  const count: u64 = opcode === lookupSwitch ? 2 * four(Stream.switches) : countOfTable();
  if (4 * count > left()) refuse();
  for (let rest = <u32>count; rest > 0; rest--) four(Stream.switches);
}

function countOfTable(): u64 {
  const low = <i32>four(Stream.switches);
  const high = <i32>four(Stream.switches);
  if (low > high) refuse();
  return <u64>(<i64>high - low) + 1;
}
