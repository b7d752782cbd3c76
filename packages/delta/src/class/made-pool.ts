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

/** Opens a class file, up to its constants: they are to be written behind. */
export function beginPool(version: Uint8Array, count: number): VarintWriter {
  const to = new VarintWriter(usualLength);
  to.addTwo(classMagic >>> 16);
  to.addTwo(classMagic & 0xffff);
  to.addBytes(version);
  to.addTwo(count);
  return to;
}
