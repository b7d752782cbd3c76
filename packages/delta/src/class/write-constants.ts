import { deltaInvalid } from '../difference/delta-invalid.ts';
import { areEqual } from '../equal-bytes.ts';
import { alignPools } from './align-pools.ts';
import { peekU2 } from './class-cursor.ts';
import { ConstantPlan, editedStep, firstNewStep, soughtStep } from './constant-plan.ts';
import { type ConstantPool, constantTag, shapeOf, slotsOf, textBytes } from './constant-pool.ts';
import { partKinds } from './typed-streams.ts';
import type { UnitStreamWriters } from './unit-streams.ts';

/**
 * Writes the constants of a class file as those of an older one and new ones; what `readConstants` reads.
 * @returns by index of an old constant the new one that it became, or 0
 * @throws DELTA_INVALID for texts with a byte 0
 */
export function writeConstants(old: ConstantPool, now: ConstantPool, to: UnitStreamWriters): Uint16Array {
  const plan = writePlan(old, now, to);
  let shift = 0;
  for (let index = 1; index < now.count; index += slotsOf(now.tags[index] as number)) {
    const source = plan.sources[index] as number;
    if (source === 0) writeParts(now, index, to);
    else if (shapeOf(now.tags[index] as number).holds === 'bootstrap') {
      const change = numberAt(now, index) - numberAt(old, source);
      addTwo(to, change - shift);
      shift = change;
    }
  }
  for (let index = 1; index < now.count; index += slotsOf(now.tags[index] as number)) {
    if (now.tags[index] !== constantTag.utf8 || (plan.sources[index] !== 0 && plan.isEdited[index] === 0))
      continue;
    const text = textBytes(now, index);
    if (text.includes(0)) throw deltaInvalid('a text of a class file has a byte 0');
    to.unitTexts.addBytes(text);
    to.unitTexts.addByte(0);
  }
  return plan.renumbered;
}

function writePlan(old: ConstantPool, now: ConstantPool, to: UnitStreamWriters): ConstantPlan {
  const sources = alignPools(old, now);
  const plan = new ConstantPlan(old, now.count);
  for (let index = 1; index < now.count; index += slotsOf(now.tags[index] as number)) {
    const tag = now.tags[index] as number;
    const source = sources[index] as number;
    if (source === 0) {
      to.unitConstants.addByte(firstNewStep + tag);
      plan.add(tag);
      continue;
    }
    const step = plan.stepTo(source);
    const isEdited = tag === constantTag.utf8 && !isSameText(old, source, now, index);
    to.unitConstants.addByte(step + (isEdited ? editedStep : 0));
    if (step === soughtStep) to.unitSeeks.addSigned(source - plan.candidate(0));
    plan.copy(source, isEdited);
  }
  return plan;
}

function isSameText(old: ConstantPool, source: number, now: ConstantPool, index: number): boolean {
  const [at, nowAt] = [old.offsets[source] as number, now.offsets[index] as number];
  return areEqual(old.bytes, at, now.bytes, nowAt, 2 + numberAt(now, index));
}

function writeParts({ bytes, tags, offsets }: ConstantPool, index: number, to: UnitStreamWriters): void {
  const tag = tags[index] as number;
  let offset = offsets[index] as number;
  const shape = shapeOf(tag);
  if (shape.holds === 'number') to.unitValues.addBytes(bytes.subarray(offset, offset + shape.length));
  if (shape.holds === 'handle') to.unitValues.addByte(bytes[offset++] as number);
  const count = (partKinds[tag] ?? []).length + (shape.holds === 'bootstrap' ? 1 : 0);
  for (let i = 0; i < count; i++, offset += 2) addTwo(to, peekU2(bytes, offset));
}

function numberAt({ bytes, offsets }: ConstantPool, index: number): number {
  return peekU2(bytes, offsets[index] as number);
}

function addTwo({ unitValues }: UnitStreamWriters, value: number): void {
  unitValues.addByte((value >>> 8) & 0xff);
  unitValues.addByte(value & 0xff);
}
