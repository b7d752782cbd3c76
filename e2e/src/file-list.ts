import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Everything below a directory by its path: `<sha256>` of a file, with ` executable` behind it where it is, `-> <target>` of a link, and
 * `empty directory`.
 */
export function filesBelow(directory: string, prefix = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(directory).sort()) {
    const path = join(directory, name);
    const below = `${prefix}${name}`;
    const stat = lstatSync(path);
    if (stat.isSymbolicLink()) found[below] = `-> ${readlinkSync(path)}`;
    else if (!stat.isDirectory()) found[below] = fileFacts(path, stat.mode);
    else if (readdirSync(path).length === 0) found[below] = 'empty directory';
    else Object.assign(found, filesBelow(path, `${below}/`));
  }
  return found;
}

function fileFacts(path: string, mode: number): string {
  const executable = (mode & 0o111) === 0 ? '' : ' executable';
  return `${createHash('sha256').update(readFileSync(path)).digest('hex')}${executable}`;
}
