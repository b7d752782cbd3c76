import { distanceSymbol as symbolOf } from './symbols';

export function distanceSymbol(distance: u32): u32 {
  return symbolOf(distance);
}
