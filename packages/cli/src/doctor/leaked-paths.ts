import { BlockPackError, type Bytes, readStart, readZip, readZipEntry } from '@block-pack/core';
import { count } from '../byte-size.ts';
import type { Examined, PackedFile } from './examination.ts';
import { findTexts } from './find-text.ts';
import { type Finding, finding } from './finding.ts';
import type { MachinePaths } from './machine-paths.ts';

/** Of one file; more say nothing new. */
const hitsCounted = 100;

/** Looks-alikes of one file after which it is given up: who made it wanted to be busy. */
const hitsJudged = 100_000;

/** Whether a packed file of a component names directories of this machine. */
export async function leakedPaths(
  component: Examined,
  { path, file }: PackedFile,
  machine: MachinePaths,
): Promise<Finding[]> {
  // Archives of others have no room for our paths, and their bytes are packed as they were published.
  if (isArchive(path)) return component.content.kind === 'file' ? leaksInside(component, path, machine) : [];
  const link = /\.pth$/.test(path) ? await linkedDirectory(file.read()) : undefined;
  if (link !== undefined) return [finding('PATH_LEAKED', path, `leads Python to ${link}`, leadsAway)];
  return leaksOf(path, file.read(), component, machine);
}

const leadsAway = {
  fix: 'Install what lies there as a distribution (pip install without -e), or copy it beside the others.',
};

async function leaksOf(
  path: string,
  content: Bytes,
  { maker }: Examined,
  machine: MachinePaths,
): Promise<Finding[]> {
  let judged = 0;
  const leaked: string[] = [];
  for await (const hit of findTexts(content, machine.textsFor(maker))) {
    const one = machine.leakedPath(hit, maker);
    if (one !== undefined) leaked.push(one);
    if (leaked.length === hitsCounted || ++judged === hitsJudged) break;
  }
  const [first] = leaked;
  if (first === undefined) return [];
  const times = leaked.length === hitsCounted ? `${hitsCounted} times or more` : count(leaked.length, 'time');
  return [finding('PATH_LEAKED', path, `names ${shortened(first)} (paths of this machine: ${times})`)];
}

function shortened(path: string): string {
  return path.length > 200 ? `${path.slice(0, 200)}...` : path;
}

function isArchive(path: string): boolean {
  return /\.([jwe]ar|zip|whl)$/i.test(path);
}

/** Bytes of an entry, unpacked, that is looked through: no class and few resources have a tenth of it. */
const entryLimit = 64 << 20;

/** Only of jars of the application's own: what others have published cannot name this machine. */
async function leaksInside(component: Examined, path: string, machine: MachinePaths): Promise<Finding[]> {
  if (component.maker === 'publisher') return [];
  const archive = await readZip(component.bytes, path);
  const found: Finding[] = [];
  for (const entry of archive.entries) {
    if (entry.isDirectory) continue;
    const content = readZipEntry(component.bytes, archive, entry, { limit: entryLimit });
    try {
      found.push(...(await leaksOf(`${path}!/${entry.path}`, content, component, machine)));
    } catch (error) {
      // What cannot be unpacked is packed as it is all the same.
      if (!(error instanceof BlockPackError)) throw error;
    }
  }
  return found;
}

/** Bytes of a `.pth` file that are read; real ones have a line or two. */
const linkFileLimit = 1 << 20;

/** @see https://docs.python.org/3/library/site.html */
async function linkedDirectory(content: Bytes): Promise<string | undefined> {
  const text = Buffer.from(await readStart(content, linkFileLimit)).toString();
  return text.split(/\r?\n/).find((line) => /^(\/|[A-Za-z]:[\\/])/.test(line));
}
