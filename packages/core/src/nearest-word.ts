/** Of some words, the one that was perhaps meant; undefined where none is near. */
export function nearestWord(seen: string, words: readonly string[]): string | undefined {
  if (seen.length > 100) return undefined;
  const near = words
    .map((word) => ({ word, steps: editDistance(seen.toLowerCase(), word.toLowerCase()) }))
    .filter(({ word, steps }) => steps <= Math.max(2, word.length / 3))
    .sort((a, b) => a.steps - b.steps);
  return near[0]?.word;
}

/** How many letters are put in, taken out or replaced. @see https://en.wikipedia.org/wiki/Levenshtein_distance */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] ?? 0) + (letter === b[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
