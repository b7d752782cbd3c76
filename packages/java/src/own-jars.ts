import type { FileEntry } from '@block-pack/core';
import type { Layout } from './layout.ts';
import { readText } from './own-identity.ts';
import { readStartScript } from './start-script.ts';

/** Which jars of an input its layout calls the application's own. */
export interface OwnJars {
  /** Why the jar at this path is one; undefined when the layout does not say so. */
  reason(path: string): string | undefined;
  /** Where no script names its jar, the classes that scripts start. */
  readonly mainClasses: readonly string[];
}

export async function readOwnJars(layout: Layout): Promise<OwnJars> {
  switch (layout.name) {
    case 'quarkus':
      return {
        mainClasses: [],
        reason: (path) =>
          /^(app|quarkus)\/|^quarkus-run\.jar$/.test(path) ? 'written by the Quarkus build' : undefined,
      };
    case 'spring-boot':
      return listed(await applicationLayer(layout), 'application layer of layers.idx');
    case 'distribution':
      return startedJars(layout);
    case 'libraries':
    case 'web-archive':
    case 'single-jar':
      return listed([], '');
  }
}

function listed(paths: readonly string[], reason: string, mainClasses: readonly string[] = []): OwnJars {
  const all = new Set(paths);
  return { mainClasses, reason: (path) => (all.has(path) ? reason : undefined) };
}

/**
 * Jars of a multi-module build's other modules stand in the application layer.
 * @see https://docs.spring.io/spring-boot/specification/executable-jar/nested-jars.html
 */
async function applicationLayer({ entries }: Layout): Promise<string[]> {
  const index = entries.find(({ path }) => path === 'BOOT-INF/layers.idx');
  if (index?.kind !== 'file') return [];
  const jars: string[] = [];
  let layer = '';
  for (const line of (await readText(index)).split(/\r?\n/)) {
    layer = /^- "([^"]*)":\s*$/.exec(line)?.[1] ?? layer;
    const path = /^ {2}- "([^"]*\.jar)"\s*$/.exec(line)?.[1];
    if (path !== undefined && layer === 'application') jars.push(path);
  }
  return jars;
}

async function startedJars({ entries }: Layout): Promise<OwnJars> {
  const scripts = entries.filter(
    (entry): entry is FileEntry =>
      entry.kind === 'file' && /^bin\/[^/]+$/.test(entry.path) && entry.size < 1 << 18,
  );
  const jars: string[] = [];
  const mainClasses: string[] = [];
  for (const script of scripts) {
    const { firstJar, mainClass } = readStartScript(await readText(script));
    if (firstJar !== undefined) jars.push(firstJar);
    else if (mainClass !== undefined) mainClasses.push(mainClass);
  }
  return listed(jars, 'first on the class path of the start script', [...new Set(mainClasses)]);
}
