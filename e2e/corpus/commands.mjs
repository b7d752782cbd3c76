/** What the corpus scripts say and run. stdout stays free; everything goes to stderr. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

export const corpus = resolve(import.meta.dirname, '../../.cache/corpus');
export const dependencyPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';

/** Empties `folder` and lets `make` fill it, unless that was done with the same `sources` before. */
export function makeOnce(folder, sources, make) {
  const stamp = `${folder}.stamp`;
  const wanted = digest(Buffer.concat(sources.map((source) => readFileSync(source))));
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return say(`${folder} is up to date`);
  rmSync(stamp, { force: true });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  make(folder);
  writeFileSync(stamp, wanted);
}

export function maven(deed, ...args) {
  run(deed, 'mvn', '-B', '-q', '-ntp', ...args);
}

export function run(deed, command, ...args) {
  say(deed);
  const started = Date.now();
  const { error, status } = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  if (error?.code === 'ENOENT')
    fail(`'${command}' is not on the PATH: the corpus needs Maven 3.8 or later, a JDK 17, npm and tar`);
  if (error) fail(`${command} cannot be started: ${error.message}`);
  if (status !== 0) fail(`${command} ${args.join(' ')} ended with ${status}; its own words stand above`);
  say(`${deed}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

export function digest(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

export function say(line) {
  process.stderr.write(`corpus: ${line}\n`);
}

export function fail(message) {
  say(message);
  process.exit(1);
}
