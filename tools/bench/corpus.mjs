import { spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root, scratch } from './process-run.mjs';

/** Real jars from Maven Central, pinned by e2e/corpus; fetched once. */
export function corpus() {
  const { status } = spawnSync(process.execPath, [join(root, 'e2e/corpus/fetch.mjs'), '--profile', 'full'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error('the corpus could not be fetched');
  return join(root, '.cache/corpus/full/lib');
}

/** A directory of the corpus' first `count` jars: links, so a jar in it is replaced, never written into. */
export function someJars(name, count) {
  const from = corpus();
  const to = join(scratch, name);
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  const jars = readdirSync(from).sort().slice(0, count);
  if (jars.length < count) throw new Error(`the corpus has ${jars.length} jars, the bench needs ${count}`);
  for (const jar of jars) linkSync(join(from, jar), join(to, jar));
  return to;
}

/** `1,010 jars, 512 MB` */
export function described(directory) {
  const sizes = readdirSync(directory).map((file) => statSync(join(directory, file)).size);
  const megabytes = sizes.reduce((sum, size) => sum + size, 0) / 1e6;
  return `${sizes.length.toLocaleString('en')} jars, ${megabytes.toFixed(0)} MB`;
}

export function emptied(name) {
  const path = join(scratch, name);
  if (existsSync(path)) rmSync(path, { recursive: true });
  return path;
}
