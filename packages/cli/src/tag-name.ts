import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';

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
 * The tag of an input that got none: `java/<project>-<8 hex digits>`. The digits come from the real path, so that packing the same input again moves
 * its tag and two projects of one name do not share one. The tag is this machine's: it is not part of anything that is published.
 */
export function defaultTag(ecosystem: string, realPath: string): string {
  const digits = createHash('sha256').update(realPath).digest('hex').slice(0, 8);
  return `${ecosystem}/${projectName(realPath)}-${digits}`;
}

function projectName(path: string): string {
  const name = basename(path);
  const parent = dirname(path);
  if (usualFolders.has(name) && parent !== path) return projectName(parent);
  return name.replaceAll(/[^A-Za-z0-9._]+/g, '-').replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '') || 'root';
}
