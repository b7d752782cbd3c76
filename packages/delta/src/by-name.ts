/** A value for each of several names. */
export function byName<N extends string, T>(
  names: readonly N[],
  make: (name: N, index: number) => T,
): Readonly<Record<N, T>> {
  return Object.fromEntries(names.map((name, index) => [name, make(name, index)])) as Record<N, T>;
}
