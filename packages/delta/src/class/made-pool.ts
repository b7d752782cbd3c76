import { deltaInvalid } from '../difference/delta-invalid.ts';
import { VarintWriter } from '../varint.ts';
import { type ConstantPool, classMagic } from './constant-pool.ts';

/** The constants of a class file, made again. */
export interface MadePool {
  readonly pool: ConstantPool;
  /** By index of an old constant the new one that it became, or 0. */
  readonly renumbered: Uint16Array;
}

/** Bytes: most constants of class files have fewer together. */
const usualLength = 4096;

/** @throws DELTA_INVALID where a class file has more bytes up to the end of its constants than may be made */
export function checkLength({ length }: VarintWriter, limit: number): void {
  if (length > limit) throw deltaInvalid('constants of class files have more bytes than are to be made');
}

/** Opens a class file, up to its constants: they are to be written behind. */
export function beginPool(version: Uint8Array, count: number): VarintWriter {
  const to = new VarintWriter(usualLength);
  to.addTwo(classMagic >>> 16);
  to.addTwo(classMagic & 0xffff);
  to.addBytes(version);
  to.addTwo(count);
  return to;
}
