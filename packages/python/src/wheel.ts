import { createHash } from 'node:crypto';
import {
  BlockPackError,
  type FileEntry,
  type InputDirectory,
  movedEntry,
  type TreeEntry,
} from '@block-pack/core';
import { asPublished, type Distribution } from './distribution.ts';
import { checkTwice } from './installed.ts';
import { distInfoParts, normalName } from './project-name.ts';
import { readText } from './read-text.ts';
import { parseRecord, type RecordLine } from './record.ts';
import { below, placeInWheel } from './scheme.ts';

/** Opens what is inside a wheel, which is a zip archive. */
export type OpenWheel = (file: FileEntry) => Promise<InputDirectory>;

/**
 * Spreads a wheel as an installer does.
 * @throws INPUT_UNSUPPORTED, EVIDENCE_INVALID, and whatever the archive is refused for
 * @see https://packaging.python.org/en/latest/specifications/binary-distribution-format/
 */
export async function readWheel(input: string, file: FileEntry, openWheel: OpenWheel): Promise<Distribution> {
  const origin = `${input}/${file.path}`;
  const entries = (await (await openWheel(file)).entries()).filter(({ kind }) => kind !== 'directory');
  const distInfo = distInfoOf(origin, file.path, entries);
  const record = entries.find(({ path }) => path === `${distInfo}/RECORD`);
  if (record === undefined) throw wheelInvalid(origin, `it has no ${distInfo}/RECORD`);
  const dataFolder = `${distInfo.slice(0, -'.dist-info'.length)}.data`;
  const files = new Map<string, TreeEntry>();
  for (const entry of entries) {
    const path = placed(entry.path, dataFolder, origin);
    if (entry.kind !== 'file')
      throw wheelInvalid(origin, `${entry.path} is a symbolic link, which installers do not make`);
    if (files.has(path)) throw wheelInvalid(origin, `two of its files would be installed as ${path}`);
    files.set(path, movedEntry(entry, path, isScript(entry.path, dataFolder) || entry.executable));
  }
  const recorded = new Map<string, RecordLine>();
  const lines = parseRecord(
    await readText(record, `${origin}/${distInfo}/RECORD`),
    `${origin}/${distInfo}/RECORD`,
  );
  for (const [at, line] of lines.entries()) {
    const path = placed(line.path, dataFolder, origin);
    checkTwice(`${origin}/${distInfo}`, at, line, recorded.get(path));
    recorded.set(path, { ...line, path });
  }
  const wheel = { fileName: file.path, sha256: () => sha256Of(file) };
  return await asPublished({ origin, distInfo, files, recorded, wheel, isLocal: false }, () => {});
}

function isScript(path: string, dataFolder: string): boolean {
  return below(`${dataFolder}/scripts`, path) !== undefined;
}

/** The one directory that describes the wheel; it has the wheel's own name and version. */
function distInfoOf(origin: string, fileName: string, entries: readonly TreeEntry[]): string {
  const folders = new Set(
    entries.map(({ path }) => path.split('/', 1)[0] ?? '').filter((name) => name.endsWith('.dist-info')),
  );
  const [folder, second] = folders;
  if (folder === undefined) throw wheelInvalid(origin, 'it has no *.dist-info directory');
  if (second !== undefined) throw wheelInvalid(origin, `it has two: ${folder} and ${second}`);
  const parts = distInfoParts(folder);
  const [name = ''] = fileName.split('-');
  if (parts === undefined || normalName(parts.name) !== normalName(name))
    throw wheelInvalid(origin, `${folder} is not named after the wheel`);
  return folder;
}

function placed(path: string, dataFolder: string, origin: string): string {
  const place = placeInWheel(path, dataFolder);
  if (place !== undefined && isClean(place)) return place;
  throw wheelInvalid(origin, `no installer knows where ${JSON.stringify(path.slice(0, 200))} belongs`);
}

function isClean(path: string): boolean {
  return path.split('/').every((name) => name !== '' && name !== '.' && name !== '..');
}

async function sha256Of(file: FileEntry): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of file.read()) hash.update(chunk);
  return hash.digest('hex');
}

function wheelInvalid(origin: string, flaw: string): BlockPackError {
  return new BlockPackError('INPUT_UNSUPPORTED', `${origin} is no wheel that can be installed: ${flaw}`, {
    hint: 'Fetch or build it again (pip download, pip wheel).',
    details: { path: origin },
  });
}
