import { putTwo, twoAt } from './bytes';
import { Flaw, refuse } from './flaw';
import { renumberedOf } from './made-constants';

/** Where the walk is, and where the bytes end that there are. */
let at: usize = 0;
let end: usize = 0;

/** All ones or nothing: what is taken of a number in one direction alone. */
let levels: u32 = 0;
let restores: u32 = 0;

/** Whether constants get the numbers that they have in the new class file. */
let renumbers = false;

/**
 * Begins to change the class file at a place. `level` takes out what follows from the rest, or moves when something is put in before it:
 * lengths of attributes become 0, lines and positions in code differences. Else that is put back.
 */
export function beginChange(start: usize, last: usize, level: bool, renumber: bool): void {
  at = start;
  end = last;
  levels = level ? -1 : 0;
  restores = ~levels;
  renumbers = renumber;
}

export function position(): usize {
  return at;
}

/** Bytes behind the position. */
export function left(): u32 {
  return <u32>(end - at);
}

export function isRenumbered(): bool {
  return renumbers;
}

/** Passes so many bytes, and returns where they stand. */
export function skip(length: u32): usize {
  if (length > left()) refuse(Flaw.classEnds);
  const start = at;
  at += length;
  return start;
}

export function one(): u32 {
  return load<u8>(skip(1));
}

export function two(): u32 {
  return twoAt(skip(2));
}

export function four(): u32 {
  return bswap(load<u32>(skip(4)));
}

/** The index of a constant, as the class file had it. */
export function constant(): u32 {
  const place = skip(2);
  const index = twoAt(place);
  if (renumbers) renumberTwo(place, index);
  return index;
}

export function constants(count: u32): void {
  for (let rest = count; rest > 0; rest--) constant();
}

export function renumberTwo(place: usize, index: u32): void {
  const other = renumberedOf(index);
  if (other !== 0) putTwo(place, other);
}

/** Only low indexes fit into one byte. */
export function renumberOne(place: usize): void {
  const other = renumberedOf(load<u8>(place));
  if (other !== 0 && other < 0x100) store<u8>(place, other);
}

/** Two bytes that are `from` and a difference. */
export function difference(from: u32): u32 {
  const place = skip(2);
  const value = (twoAt(place) + (from & restores)) & 0xffff;
  putTwo(place, value - (from & levels));
  return value;
}

/** Two bytes, of which what is left of `whole` behind them is small. */
export function remainder(whole: u32): void {
  const place = skip(2);
  putTwo(place, whole - twoAt(place));
}

/** Behind four bytes of a length comes what says how long it is: it ends here. */
export function measure(start: usize): void {
  const length = <u32>(at - start);
  const place = start - 4;
  if (bswap(load<u32>(place)) !== (length & levels)) refuse(Flaw.attributeLength, length);
  store<u32>(place, bswap(length & restores));
}
