import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 optimize a function once it has run for eight times as long as V8 would wait. Most runs end soon after, so that compiling
 * takes longer than what it saves; in long ones the wait is nothing. To be called before anything else is loaded.
 */
export function optimizeLater(nodeVersion: string): void {
  const flag = laterFlag(nodeVersion);
  if (flag !== undefined) setFlagsFromString(flag);
}

/** Undefined for a version that was not measured: V8 complains on stderr of a flag that it does not know. */
export function laterFlag(nodeVersion: string): string | undefined {
  return flags.get(Number.parseInt(nodeVersion, 10));
}

/** By major version. Node 26 gains nothing. */
const flags: ReadonlyMap<number, string> = new Map([
  [20, '--interrupt-budget=540672'],
  [22, '--invocation-count-for-turbofan=24000'],
  [24, '--invocation-count-for-turbofan=24000'],
]);
