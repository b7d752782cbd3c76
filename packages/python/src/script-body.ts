import { collect, readStart, type TreeEntry } from '@block-pack/core';

/** Larger than any script that a person wrote; larger ones are programs of their own. */
const scriptLimit = 4 << 20;

/** Paths of 4,095 bytes, twice. */
const longestFirstLine = 8192;

/** `#!python`, `#!/usr/bin/env python3`, `#!/somewhere/bin/python3.11 -E`, `#!"C:\Python\python.exe"`. */
const pythonLine = /^#![^\r\n]*?(?<![\w.-])(?:python|pypy)w?[\d.]*t?(?:\.exe)?"?(?:[ \t][^\r\n]*)?\r?\n/;

/** How installers start an interpreter whose path is too long for a first line, or has spaces. */
const shellLines = /^#!\/bin\/sh\r?\n'''exec' [^\r\n]*"\$0" "\$@"\r?\n' '''\r?\n/;

/**
 * A script in Python less the line that names its interpreter. Installers write that line anew, so a script is known only without it.
 * @returns undefined for any other file: it is the same wherever it is installed
 */
export async function bodyOfPythonScript(path: string, entry: TreeEntry): Promise<string | undefined> {
  if (!/^bin\/[^/]+$/.test(path) || entry.kind !== 'file' || entry.size > scriptLimit) return undefined;
  const start = await readStart(entry.read(), 2);
  if (Buffer.from(start).toString('latin1') !== '#!') return undefined;
  const bytes = await collect(entry.read(), scriptLimit, path);
  const text = Buffer.from(bytes).toString('utf8');
  // What is not UTF-8 could not be written again as it was.
  if (!Buffer.from(text, 'utf8').equals(bytes)) return undefined;
  const beginning = text.slice(0, longestFirstLine);
  const first = pythonLine.exec(beginning) ?? shellLines.exec(beginning);
  return first === null ? undefined : text.slice(first[0].length);
}
