/** How often a property of hostile input is tried: so often in every run of the tests, and many times as often, from a seed, in `npm run fuzz`. */
export function fuzzRuns(often: number): { readonly numRuns: number; readonly seed?: number } {
  const { BLOCK_PACK_FUZZ_TIMES: times, BLOCK_PACK_FUZZ_SEED: seed } = process.env;
  return { numRuns: often * Number(times ?? 1), ...(seed !== undefined && { seed: Number(seed) }) };
}
