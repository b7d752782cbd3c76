/** The known key that was most likely meant: the nearest by letters that were added, left out, changed or swapped. */
export function nearestKey(found: string, known: readonly string[]): string | undefined {
  const plain = plainKey(found);
  const distances = known.map((key) => ({ key, distance: distance(plain, plainKey(key)) }));
  const [best] = distances.sort((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= Math.max(1, plain.length / 3) ? best.key : undefined;
}

/** `maven-repository` and `MAVEN_REPOSITORY` are near `mavenRepository`. What is longer than any key is near none. */
function plainKey(key: string): string {
  return key.slice(0, 64).toLowerCase().replaceAll(/[-_ ]/g, '');
}

/** @see https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance (optimal string alignment) */
function distance(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = cell(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? cell(before, j - 2) + 1 : changed;
      row.push(Math.min(cell(last, j) + 1, cell(row, j - 1) + 1, changed, swapped));
    }
    [before, last] = [last, row];
  }
  return cell(last, b.length);
}

function cell(row: readonly number[], at: number): number {
  return row[at] ?? 0;
}
