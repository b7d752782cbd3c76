import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { BlockPackError } from '@block-pack/core';

/** What the image specification allows for `org.opencontainers.image.ref.name`. */
const grammar = /^[A-Za-z0-9]+(?:[-._:@+/]+[A-Za-z0-9]+)*$/;
const longest = 255;

/** @throws USAGE */
export function checkTag(tag: string): void {
  if (tag.length <= longest && grammar.test(tag)) return;
  throw new BlockPackError('USAGE', `${JSON.stringify(tag)} cannot be a tag`, {
    hint: 'Letters and digits, with . _ - : @ + / between them, such as shop/java-1.2.',
    details: { tag },
  });
}

/** Folders that many projects have, which therefore say nothing about the project. */
const usualFolders = new Set([
  'lib',
  'libs',
  'target',
  'build',
  'dependency',
  'install',
  'dist',
  'quarkus-app',
  'dependencies',
]);

/**
 * The tag of an input that got none: `java/<project>-<8 hex digits>`. The digits come from the real paths of all inputs, so that packing the same again
 * moves its tag and two projects of one name do not share one. The tag is this machine's: it is not part of anything that is published.
 */
export function defaultTag(ecosystem: string, realPaths: readonly string[]): string {
  const digits = createHash('sha256').update(realPaths.join('\0')).digest('hex').slice(0, 8);
  return `${ecosystem}/${projectName(realPaths[0] ?? '')}-${digits}`;
}

function projectName(path: string): string {
  const name = basename(path);
  const parent = dirname(path);
  if (usualFolders.has(name) && parent !== path) return projectName(parent);
  return name.replaceAll(/[^A-Za-z0-9._]+/g, '-').replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '') || 'root';
}
