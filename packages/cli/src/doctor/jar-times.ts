import { readZip } from '@block-pack/core';
import type { Examined } from './examination.ts';
import { type Finding, finding } from './finding.ts';
import { isSnapshot } from './packings.ts';

/**
 * Whether a jar of the application's own tells when it was made. Builds that give all entries one time make the same jar again.
 * @param isBuild true where the input lies in a Java project; elsewhere, what the application made may as well be a published release
 */
export async function jarTimes(component: Examined, isBuild: boolean): Promise<Finding[]> {
  const { maker, content, path, bytes } = component;
  const { purl } = component.component;
  if (maker !== 'application' || content.kind !== 'file' || !(isBuild || isSnapshot(purl))) return [];
  const { entries } = await readZip(bytes, path);
  const times = [...new Set(entries.map(({ dosTime }) => dosTime))].sort((a, b) => a - b);
  const [first, last] = [times.at(0), times.at(-1)];
  if (first === undefined || last === undefined || times.length === 1) return [];
  const what = `${purl} has entries of ${times.length} times, from ${dosText(first)} to ${dosText(last)}`;
  return [finding('JAR_TIMES', path, what)];
}

/** @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.4.6 */
function dosText(time: number): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const date = time >>> 16;
  const day = `${1980 + (date >>> 9)}-${two((date >>> 5) & 15)}-${two(date & 31)}`;
  return `${day} ${two((time >>> 11) & 31)}:${two((time >>> 5) & 63)}:${two((time & 31) * 2)}`;
}
