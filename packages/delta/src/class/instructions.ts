import { deltaInvalid } from '../difference/delta-invalid.ts';
import type { ClassTape } from './class-tape.ts';
import { kinds } from './typed-streams.ts';

/** Reads the operands of an instruction. */
type Operands = (tape: ClassTape) => void;

const none: Operands = () => {};
const byte: Operands = (tape) => tape.u1(kinds.operands);
const short: Operands = (tape) => tape.u2(kinds.wideOperands);
const variable: Operands = (tape) => tape.u1(kinds.variables);
const jump: Operands = (tape) => tape.u2(kinds.jumps);
const farJump: Operands = (tape) => tape.u4(kinds.jumps);
const load: Operands = (tape) => tape.constant2(kinds.loads);
const field: Operands = (tape) => tape.constant2(kinds.fields);
const method: Operands = (tape) => tape.constant2(kinds.methods);
const type: Operands = (tape) => tape.constant2(kinds.types);

const highestOpcode = 201;

/** {@link https://docs.oracle.com/javase/specs/jvms/se21/html/jvms-6.html#jvms-6.5 JVMS 6.5}; switches, which are aligned, are not among them. */
const operands: readonly Operands[] = Array.from({ length: highestOpcode + 1 }, (_, opcode) =>
  operandsOf(opcode),
);

const [tableSwitch, lookupSwitch] = [170, 171];

function operandsOf(opcode: number): Operands {
  const within = (from: number, to: number): boolean => opcode >= from && opcode <= to;
  if (opcode === 16 || opcode === 188) return byte;
  if (opcode === 17) return short;
  if (opcode === 18) return (tape) => tape.constant1(kinds.loads);
  if (opcode === 19 || opcode === 20) return load;
  if (within(21, 25) || within(54, 58) || opcode === 169) return variable;
  if (opcode === 132) return incremented;
  if (within(153, 168) || opcode === 198 || opcode === 199) return jump;
  if (within(178, 181)) return field;
  if (within(182, 184)) return method;
  if (opcode === 185) return interfaceMethod;
  if (opcode === 186) return dynamic;
  if (opcode === 187 || opcode === 189 || opcode === 192 || opcode === 193) return type;
  if (opcode === 196) return wide;
  if (opcode === 197) return dimensions;
  return opcode === 200 || opcode === 201 ? farJump : none;
}

function incremented(tape: ClassTape): void {
  tape.u1(kinds.variables);
  tape.u1(kinds.operands);
}

function interfaceMethod(tape: ClassTape): void {
  tape.constant2(kinds.interfaceMethods);
  tape.u2(kinds.interfaceCounts);
}

function dynamic(tape: ClassTape): void {
  tape.constant2(kinds.calls);
  tape.u2(kinds.interfaceCounts);
}

function dimensions(tape: ClassTape): void {
  tape.constant2(kinds.types);
  tape.u1(kinds.operands);
}

function wide(tape: ClassTape): void {
  const opcode = tape.u1(kinds.opcodes);
  tape.u2(kinds.wideOperands);
  if (opcode === 132) tape.u2(kinds.wideOperands);
}

/**
 * All instructions of a method.
 * @param length bytes
 * @throws DELTA_INVALID
 */
export function walkInstructions(tape: ClassTape, length: number): void {
  const start = tape.at;
  const end = start + length;
  while (tape.at < end) {
    const opcode = tape.u1(kinds.opcodes);
    if (opcode === tableSwitch || opcode === lookupSwitch) walkSwitch(tape, opcode, start);
    else {
      const walk = operands[opcode] ?? unknownInstruction;
      // Half of all instructions have none, and a call through a table is no cheap one.
      if (walk !== none) walk(tape);
    }
  }
  if (tape.at !== end) throw deltaInvalid('an instruction of a class file goes on behind its code');
}

function unknownInstruction(): never {
  throw deltaInvalid('a class file has an unknown instruction');
}

function walkSwitch(tape: ClassTape, opcode: number, start: number): void {
  tape.opaque(kinds.switches, (4 - ((tape.at - start) & 3)) & 3);
  tape.u4(kinds.switches);
  const count = opcode === lookupSwitch ? 2 * tape.u4(kinds.switches) : countOfTable(tape);
  if (4 * count > tape.left) throw deltaInvalid('a table of jumps in a class file ends too early');
  for (let i = 0; i < count; i++) tape.u4(kinds.switches);
}

function countOfTable(tape: ClassTape): number {
  const low = tape.u4(kinds.switches) | 0;
  const high = tape.u4(kinds.switches) | 0;
  if (low > high) throw deltaInvalid('a table of jumps in a class file is less than empty');
  return high - low + 1;
}
