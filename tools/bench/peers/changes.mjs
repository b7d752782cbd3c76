import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Two tars with the files that changed alone: those that are gone or have other bytes, and those that are there instead.
 * @returns `{ before, after, beforeFiles }`, paths; the last one a folder with all that the older tar holds
 */
export function tarsOfChanges(before, after, folder) {
  rmSync(folder, { recursive: true, force: true });
  const [old, next] = [unpacked(before, join(folder, 'old')), unpacked(after, join(folder, 'new'))];
  const gone = old.files.filter((file) => digestOf(old.folder, file) !== digestOf(next.folder, file));
  const fresh = next.files.filter((file) => digestOf(old.folder, file) !== digestOf(next.folder, file));
  return {
    before: tarOf(old.folder, gone, join(folder, 'before.tar')),
    after: tarOf(next.folder, fresh, join(folder, 'after.tar')),
    beforeFiles: old.folder,
  };
}

function unpacked(tar, folder) {
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-xf', tar, '-C', folder]);
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const files = entries.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
  return { folder, files };
}

function digestOf(folder, file) {
  try {
    return createHash('sha256')
      .update(readFileSync(join(folder, file)))
      .digest('hex');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function tarOf(folder, files, tar) {
  const list = `${tar}.list`;
  writeFileSync(list, files.map((file) => `${file}\0`).join(''));
  const plain = ['--format=ustar', '--owner=0', '--group=0', '--numeric-owner', '--null', '--no-recursion'];
  execFileSync('tar', ['-cf', tar, '-C', folder, ...plain, '-T', list]);
  return tar;
}
