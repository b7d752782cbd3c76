/**
 * Does the work for all items, a few at a time, and waits for all that it began, also when one fails: nobody then works on behind the caller's back.
 * @returns in the order of the items
 * @throws what the first of the items threw that failed; nothing is begun after that
 */
export async function inParallel<T, R>(
  items: readonly T[],
  atMost: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const failures: { readonly at: number; readonly error: unknown }[] = [];
  const waiting = items.entries();
  const worker = async () => {
    for (const [at, item] of waiting) {
      try {
        results[at] = await work(item);
      } catch (error) {
        failures.push({ at, error });
      }
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atMost, items.length) }, worker));
  const [first] = failures.sort((a, b) => a.at - b.at);
  if (first !== undefined) throw first.error;
  return results;
}
