/**
 * The process that the bench `archives` measures: `node archives-run.mjs RESULT PATH...` takes every archive below the paths apart, puts it together
 * again, compares the digests, and writes to RESULT what it saw.
 */
import { closeSync, openSync, readdirSync, readSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Measure, readRange } from '../../packages/core/dist/index.js';
import {
  ArchiveReader,
  putTogether,
  readLayout,
  recipeOf,
  takeApart,
} from '../../packages/delta/dist/index.js';

const [result, ...paths] = process.argv.slice(2);
const seen = { archives: 0, bytes: 0, inflated: 0, withoutLayout: [], different: [], packings: {}, cpu: {} };
for (const path of paths.flatMap(archivesBelow)) await look(path);
writeFileSync(result, JSON.stringify(seen));

async function look(path) {
  const source = fileAccess(path);
  try {
    seen.archives++;
    seen.bytes += source.size;
    const layout = await counted('layout', () => readLayout(source, 'file'));
    if (layout === undefined) {
      seen.withoutLayout.push(path);
      return;
    }
    const archive = await counted('apart', () => takeApart(source, layout));
    count(archive);
    const reader = new ArchiveReader(source, layout);
    const supply = ({ part, position }) =>
      part.packing === 'raw' ? reader.packed(position) : reader.content(position);
    const again = await counted('together', () =>
      digested(putTogether(recipeOf(archive), supply, source.size)),
    );
    if (again !== (await digested(readRange(source)))) seen.different.push(path);
  } finally {
    source.close();
  }
}

function count({ layout, contents }) {
  for (const [i, { packing, size, nested }] of contents.entries()) {
    if (layout.parts[i].kind === 'gap') continue;
    const method = layout.parts[i].head.form.method;
    const name =
      typeof packing === 'string'
        ? `${packing}, method ${method}`
        : `${packing.encoder} ${packing.level} ${packing.memLevel}`;
    seen.packings[name] = (seen.packings[name] ?? 0) + 1;
    if (nested !== undefined) count(nested);
    else if (packing !== 'raw' && method === 8) seen.inflated += size;
  }
}

async function digested(bytes) {
  const measure = new Measure();
  for await (const chunk of bytes) measure.add(chunk);
  return measure.digest();
}

/** CPU seconds by what they were spent on. */
async function counted(name, deed) {
  const before = process.cpuUsage();
  const done = await deed();
  const { user, system } = process.cpuUsage(before);
  seen.cpu[name] = (seen.cpu[name] ?? 0) + (user + system) / 1e6;
  return done;
}

function archivesBelow(path) {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true })
    .filter((file) => /\.(?:jar|war|whl|zip)$/.test(file))
    .sort()
    .map((file) => join(path, file))
    .filter((file) => statSync(file).isFile());
}

function fileAccess(path) {
  const file = openSync(path, 'r');
  return {
    size: statSync(path).size,
    async read(offset, length) {
      const bytes = new Uint8Array(length);
      if (length > 0 && readSync(file, bytes, 0, length, offset) !== length)
        throw new RangeError(`${path} ends before byte ${offset + length}`);
      return bytes;
    },
    close: () => closeSync(file),
  };
}
