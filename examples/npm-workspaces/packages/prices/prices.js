import Big from 'big.js';

/** Money is decimal: 3 times 0.10 is 0.30, and not 0.30000000000000004. */
export function total(price, amount) {
  return new Big(price).times(amount).toFixed(2);
}
