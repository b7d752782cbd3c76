/** A value for each of several names. */
export function byName<N extends string, T>(
  names: readonly N[],
  make: (name: N, index: number) => T,
): Readonly<Record<N, T>> {
  const made: Partial<Record<N, T>> = {};
  for (const [index, name] of names.entries()) made[name] = make(name, index);
  return made as Record<N, T>;
}
