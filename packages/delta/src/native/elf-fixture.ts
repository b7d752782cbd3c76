/** A program to be made. */
export interface FakeProgram {
  readonly code?: 'x86-64' | 'aarch64';
  /** Its number, where the headers say another one than they should. */
  readonly machine?: number;
  readonly functions?: number;
  /** Bytes that one in ten functions has more: all behind it moves. */
  readonly longer?: number;
  /** Names every function once more. */
  readonly table?: 'none' | 'addresses' | 'offsets' | 'distances';
  /** The address that it is loaded at. */
  readonly base?: number;
  /** Whether all functions call the same one. */
  readonly callsOfOne?: boolean;
  /** Whether that one is another, which lies at the end. */
  readonly another?: boolean;
}

const machines = { 'x86-64': 62, aarch64: 183 };
const codeAt = 0x1000;
const slots = 64;

/** An ELF file with functions that call each other and read data, which lies behind them. */
export function fakeProgram(shape: FakeProgram): Uint8Array {
  const { code = 'x86-64', machine = machines[code], table = 'none', base = 0 } = shape;
  const starts = functionStarts(shape);
  const codeLength = starts.at(-1) ?? 0;
  const tableAt = Math.ceil((codeAt + codeLength) / 0x1000) * 0x1000;
  const width = table === 'none' ? 0 : table === 'addresses' ? 8 : 4;
  const dataAt = tableAt + 0x1000 + 16 + Math.ceil((width * starts.length) / 16) * 16;
  const sections = [
    { name: '.text', at: codeAt, length: codeLength, flags: 6 },
    { name: '.table', at: tableAt, length: Math.max(16, width * (starts.length - 1)), flags: 2 },
    { name: '.data', at: dataAt, length: 8 * slots, flags: 3 },
  ];
  const namesAt = dataAt + 8 * slots;
  const names = `\0${sections.map(({ name }) => name).join('\0')}\0`;
  const headersAt = Math.ceil((namesAt + names.length) / 8) * 8;
  const bytes = new Uint8Array(headersAt + 64 * (sections.length + 2));
  const view = new DataView(bytes.buffer);
  const word = (at: number, value: number) => view.setBigUint64(at, BigInt(value), true);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(18, machine, true);
  word(32, 64);
  word(40, headersAt);
  for (const [i, value] of [56, 1, 64, sections.length + 2, sections.length + 1].entries())
    view.setUint16(54 + 2 * i, value, true);
  view.setUint32(64, 1, true);
  for (const [i, value] of [0, base, base, namesAt, namesAt].entries()) word(72 + 8 * i, value);
  const header = (i: number, name: number, type: number, flags: number, at: number, length: number) => {
    const start = headersAt + 64 * i;
    view.setUint32(start, name, true);
    view.setUint32(start + 4, type, true);
    for (const [field, value] of [flags, base + at, at, length].entries()) word(start + 8 + 8 * field, value);
  };
  for (const [i, { name, at, length, flags }] of sections.entries())
    header(i + 1, names.indexOf(name), 1, flags, at, length);
  header(sections.length + 1, 0, 3, 0, namesAt, names.length);
  bytes.set(new TextEncoder().encode(names), namesAt);
  const write = code === 'aarch64' ? writeAarch64 : writeX86;
  for (const [i, start] of starts.slice(0, -1).entries())
    write(view, codeAt + start, codeAt + (starts[i + 1] ?? 0), i, {
      called: codeAt + (starts[calledBy(i, starts.length - 1, shape)] ?? 0),
      read: dataAt + 8 * (i % slots),
    });
  for (const [i, start] of starts.slice(0, -1).entries()) {
    const at = tableAt + width * i;
    if (table === 'addresses') word(at, base + codeAt + start);
    if (table === 'offsets') view.setInt32(at, start, true);
    if (table === 'distances') view.setInt32(at, codeAt + start - at, true);
  }
  return bytes;
}

/** Where functions begin, counted from the first; one more for the end. */
function functionStarts({ functions = 120, longer = 0 }: FakeProgram): number[] {
  const starts = [0];
  for (let i = 0; i < functions; i++)
    starts.push((starts.at(-1) ?? 0) + 48 + 4 * ((i * 7) % 9) + (i % 10 === 2 ? longer : 0));
  return starts;
}

function calledBy(
  i: number,
  functions: number,
  { callsOfOne = false, another = false }: FakeProgram,
): number {
  if (!callsOfOne) return (i * 31 + 5) % functions;
  return another ? functions - 1 : functions >> 1;
}

interface Named {
  readonly called: number;
  readonly read: number;
}

/** Bits that are the same for the same function, wherever it lies. */
function bits(seed: number, at: number): number {
  const mixed = Math.imul(seed * 977 + at + 1, 0x2c1b3c6d);
  return Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 20;
}

function writeX86(view: DataView, start: number, end: number, seed: number, { called, read }: Named): void {
  for (let at = start; at < end; at++) view.setUint8(at, 0x50 + (bits(seed, at - start) & 15));
  const jump = (opcode: readonly number[], at: number, target: number) => {
    for (const [i, byte] of opcode.entries()) view.setUint8(at + i, byte);
    view.setInt32(at + opcode.length, target - at - opcode.length - 4, true);
  };
  jump([0xe8], start + 8, called);
  jump([0x48, 0x8d, 0x05], start + 20, read);
  jump([0x0f, 0x84], start + 30, end);
}

function writeAarch64(
  view: DataView,
  start: number,
  end: number,
  seed: number,
  { called, read }: Named,
): void {
  for (let at = start; at < end; at += 4) view.setUint32(at, 0xaa0003e0 + bits(seed, at - start), true);
  view.setUint32(start + 8, 0x94000000 | (((called - start - 8) >> 2) & 0x3ffffff), true);
  const pages = (read >> 12) - ((start + 20) >> 12);
  view.setUint32(start + 20, 0x90000001 | ((pages & 3) << 29) | ((pages >> 2) << 5), true);
  view.setUint32(start + 24, 0x91000021 | ((read & 0xfff) << 10), true);
}
