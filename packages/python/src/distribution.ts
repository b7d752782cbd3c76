import { BlockPackError, compareBytewise, type TreeEntry } from '@block-pack/core';
import { type EntryPoint, readEntryPoints } from './entry-points.ts';
import { generatedFile } from './generated-file.ts';
import { readMetadata } from './metadata.ts';
import type { WheelFile } from './placement.ts';
import { distInfoParts } from './project-name.ts';
import { readLooseText, readText } from './read-text.ts';
import { encodeRecord, type RecordLine } from './record.ts';
import { bodyOfPythonScript } from './script-body.ts';

/** The files of a distribution by their paths in its block, as an environment or a wheel has them. */
export interface FoundDistribution {
  /** Where it was found, for messages. */
  readonly origin: string;
  /** Its `*.dist-info` directory. */
  readonly distInfo: string;
  readonly files: ReadonlyMap<string, TreeEntry>;
  /** Lines of its RECORD by path in its block. */
  readonly recorded: ReadonlyMap<string, RecordLine>;
  readonly wheel?: WheelFile;
  /** Installed from a directory of the machine: first-party. */
  readonly isLocal: boolean;
}

/** A distribution whose files are those that were published. */
export interface Distribution extends FoundDistribution {
  readonly name: string;
  readonly version: string;
  readonly source: 'METADATA' | 'dist-info';
  readonly tags: readonly string[];
  readonly entryPoints: readonly EntryPoint[];
  /** Scripts in Python, less their first line. */
  readonly scripts: ReadonlyMap<string, string>;
}

/** Why files of a distribution are in no block; by path in the block. */
export type LeftOut = (inBlock: string, reason: string) => void;

const writtenByInstallers = /^(INSTALLER|REQUESTED|direct_url\.json|provenance_url\.json|uv_[a-z]+\.json)$/;
const signatures = /^RECORD\.(jws|p7s)$/;

/** Why a file is no part of what was published; undefined for one that is. */
export function scrubReason(path: string, distInfo: string): string | undefined {
  if (/(^|\/)__pycache__\//.test(path)) return 'compiled, anew by every installation';
  if (!path.startsWith(`${distInfo}/`)) return undefined;
  const name = path.slice(distInfo.length + 1);
  if (writtenByInstallers.test(name)) return 'written by the installer';
  return signatures.test(name) ? "signs another RECORD than the block's" : undefined;
}

/**
 * Tells the published files from what the installer made of them, and gives the distribution the one RECORD that it has however it was installed.
 * @throws INPUT_UNSUPPORTED, EVIDENCE_INVALID
 */
export async function asPublished(found: FoundDistribution, leaveOut: LeftOut): Promise<Distribution> {
  const { distInfo, origin } = found;
  const read = async (name: string, textOf = readText) => {
    const entry = found.files.get(`${distInfo}/${name}`);
    return entry === undefined ? '' : await textOf(entry, `${origin}/${name}`);
  };
  const identity = identityOf(readMetadata(await read('METADATA', readLooseText)), distInfo, origin);
  const tags = [...(await read('WHEEL')).matchAll(/^Tag:[ \t]*(\S+)[ \t]*\r?$/gm)].map(([, tag = '']) => tag);
  const entryPoints = readEntryPoints(await read('entry_points.txt'));
  const scripts = new Map<string, string>();
  const files = new Map<string, TreeEntry>();
  // A package that is called so holds modules, not scripts.
  const hasScripts = !found.files.has('bin/__init__.py');
  for (const [path, entry] of found.files) {
    const reason = scrubReason(path, distInfo) ?? generatedReason(path, entryPoints, identity.name);
    const body = reason === undefined && hasScripts ? await bodyOfPythonScript(path, entry) : undefined;
    if (body !== undefined) scripts.set(path.slice('bin/'.length), body);
    else if (reason === undefined && path !== `${distInfo}/RECORD`) files.set(path, entry);
    if (reason !== undefined || body !== undefined)
      leaveOut(path, reason ?? 'made again for the interpreter of the image');
  }
  const recorded = publishedLines(found, files, scripts, entryPoints, identity.name);
  files.set(`${distInfo}/RECORD`, generatedFile(`${distInfo}/RECORD`, encodeRecord([...recorded.values()])));
  leaveOut(`${distInfo}/RECORD`, 'written again, as it was published');
  return { ...found, ...identity, tags, entryPoints, scripts, files, recorded };
}

function identityOf(
  metadata: { readonly name: string; readonly version: string } | undefined,
  distInfo: string,
  origin: string,
): Pick<Distribution, 'name' | 'version' | 'source'> {
  if (metadata !== undefined) return { ...metadata, source: 'METADATA' };
  const parts = distInfoParts(distInfo);
  if (parts !== undefined) return { ...parts, source: 'dist-info' };
  throw new BlockPackError('INPUT_UNSUPPORTED', `${origin} names no distribution`, {
    hint: 'Install it again with pip or uv.',
    details: { path: origin },
  });
}

/** Launchers of one platform stand beside the script, or instead of it. */
function generatedReason(
  path: string,
  entryPoints: readonly EntryPoint[],
  distribution: string,
): string | undefined {
  if (!path.startsWith('bin/')) return undefined;
  const script = path.slice('bin/'.length).replace(/(-script\.pyw?|\.exe)$/, '');
  const isOwn = entryPoints.some(({ name }) => name === script);
  // pip makes scripts for itself that it does not name.
  const isOfPip = distribution === 'pip' && /^pip[\d.]*$/.test(script);
  return isOwn || isOfPip ? 'made again for the interpreter of the image' : undefined;
}

/** The lines of the RECORD for the files that are published, and nothing else; a file without a line gets an empty one. */
function publishedLines(
  found: FoundDistribution,
  files: ReadonlyMap<string, TreeEntry>,
  scripts: ReadonlyMap<string, string>,
  entryPoints: readonly EntryPoint[],
  distribution: string,
): ReadonlyMap<string, RecordLine> {
  const { distInfo } = found;
  const self = `${distInfo}/RECORD`;
  const lines = new Map<string, RecordLine>();
  for (const [path, line] of found.recorded) {
    const isGenerated = generatedReason(path, entryPoints, distribution) !== undefined;
    const isScript = path.startsWith('bin/') && scripts.has(path.slice('bin/'.length));
    if (isGenerated || isScript || scrubReason(path, distInfo) !== undefined) continue;
    // Where a wheel forgets a file, some installers add a line with its size, and some without.
    lines.set(path, line.hash === '' ? { path, hash: '', size: '' } : line);
  }
  for (const path of files.keys()) if (!lines.has(path)) lines.set(path, { path, hash: '', size: '' });
  lines.set(self, { path: self, hash: '', size: '' });
  return new Map([...lines].sort(([a], [b]) => compareBytewise(a, b)));
}
