/** Most contexts that a byte may have: a multiple of four, which are looked at together. */
export const mostContexts: i32 = 20;

/** What was the same when a byte came: 32 bits each. */
export const contexts = memory.data(96, 16);

export function contextsPlace(): usize {
  return contexts;
}

/** What stands around a byte, from which contexts are made: 32 bits each. */
export const around = memory.data(80, 16);

export function aroundPlace(): usize {
  return around;
}

/** Predictions: that of the expected byte, one that is always the same, two that are nothing; then one for each context. */
export const inputs = memory.data(96, 16);
