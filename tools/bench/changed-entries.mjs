import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collect, randomAccessOf, readZip, readZipEntry } from '../../packages/core/dist/index.js';

const sizeLimit = 1 << 28;

/**
 * What an update of a directory of jars really changes: the contents, inside jars and beside them, that no older one has; each with the
 * older content that it most likely comes from, and behind those the older contents of the same package that are gone.
 * @returns `{ bases: Uint8Array[], contents: { content: Uint8Array, base?: number }[] }`
 */
export async function changedEntries(oldDirectory, newDirectory) {
  const older = await contentsOf(oldDirectory);
  const newer = await contentsOf(newDirectory);
  const known = new Set(older.map(({ digest }) => digest));
  const changed = newer.filter(({ digest }) => !known.has(digest) && known.add(digest));
  const find = finder(older);
  const chosen = changed.map((entry) => ({ ...entry, old: find(entry) }));
  const bases = basesFor(chosen, older, new Set(newer.map(({ digest }) => digest)));
  const contents = chosen.map(({ content, old }) =>
    old === undefined ? { content } : { content, base: bases.indexOf(old) },
  );
  return { bases: bases.map(({ content }) => content), contents };
}

/** Every file, and every entry of every jar: `{ pack, path, digest, content }`. */
async function contentsOf(directory) {
  const contents = [];
  for (const file of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const bytes = new Uint8Array(readFileSync(join(file.parentPath, file.name)));
    const pack = numberless(file.name.replace(/\.jar$/, ''));
    if (file.name.endsWith('.jar')) contents.push(...(await entriesOf(bytes, pack)));
    else contents.push(contentAt('', file.name, bytes));
  }
  return contents.sort((a, b) => compare(a.pack, b.pack) || compare(a.path, b.path));
}

async function entriesOf(bytes, pack) {
  const source = randomAccessOf(bytes);
  const archive = await readZip(source, pack);
  const files = archive.entries.filter(({ size }) => size > 0);
  return Promise.all(
    files.map(async (entry) => {
      const content = await collect(readZipEntry(source, archive, entry), sizeLimit, entry.path);
      return contentAt(pack, entry.path, content);
    }),
  );
}

function contentAt(pack, path, content) {
  return { pack, path, content, digest: createHash('sha256').update(content).digest('hex') };
}

/** The same path in the same package, the same path anywhere, then both again with all numbers taken as one. */
function finder(older) {
  const keys = [
    ({ pack, path }) => `${pack}\n${path}`,
    ({ path }) => path,
    ({ pack, path }) => `${pack}\n${numberless(path)}`,
    ({ path }) => numberless(path),
  ];
  const maps = keys.map((key) => new Map(older.map((entry) => [key(entry), entry])));
  return (entry) => keys.map((key, index) => maps[index].get(key(entry))).find((old) => old !== undefined);
}

/** In the order of the contents; what disappeared from a package stands behind that package's last base. */
function basesFor(chosen, older, kept) {
  const bases = [...new Set(chosen.flatMap(({ old }) => (old === undefined ? [] : [old])))];
  const named = new Set(bases);
  const changedPacks = new Set(chosen.map(({ pack }) => pack));
  const gone = older.filter(
    (entry) => changedPacks.has(entry.pack) && !kept.has(entry.digest) && !named.has(entry),
  );
  for (const entry of new Map(gone.map((each) => [each.digest, each])).values()) {
    const last = bases.findLastIndex(({ pack }) => pack === entry.pack);
    bases.splice(last < 0 ? bases.length : last + 1, 0, entry);
  }
  return bases;
}

function numberless(text) {
  return text.replace(/[0-9]+/g, '#');
}

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
