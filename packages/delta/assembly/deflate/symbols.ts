/** @see https://www.rfc-editor.org/rfc/rfc1951#section-3.2.5 */
export function distanceSymbol(distance: u32): u32 {
  const before = distance - 1;
  if (before < 4) return before;
  const bits: u32 = 30 - clz(before);
  return 2 * bits + 2 + ((before >> bits) & 1);
}
