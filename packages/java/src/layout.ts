import { compareBytewise, type InputDirectory, type TreeEntry } from '@block-pack/core';
import { stripTopFolder } from './top-folder.ts';
import { refuseWithoutJars } from './wrong-input.ts';

/** The shapes that a Java application is delivered in. */
export type LayoutName =
  | 'libraries'
  | 'distribution'
  | 'spring-boot'
  | 'web-archive'
  | 'quarkus'
  | 'single-jar';

export interface Layout {
  readonly name: LayoutName;
  /** Sorted, without the one folder that all of an archive's content may lie in. */
  readonly entries: readonly TreeEntry[];
}

/**
 * Recognises the shape by what lies inside, so that an archive and the directory it unpacks to are the same.
 * @throws INPUT_EMPTY or INPUT_UNSUPPORTED with a better path to give, where one is seen
 */
export async function recogniseLayout(input: InputDirectory): Promise<Layout> {
  const all = [...(await input.entries())].sort((a, b) => compareBytewise(a.path, b.path));
  const isToExplode = all.some(({ path }) => /^(BOOT-INF|WEB-INF)\//.test(path));
  if (isJarArchive(input) && !isToExplode) return { name: 'single-jar', entries: all };
  const entries = isToExplode ? all : stripTopFolder(input, all);
  const holds = (pattern: RegExp) => entries.some(({ path }) => pattern.test(path));
  if (holds(/^BOOT-INF\//)) return { name: 'spring-boot', entries };
  if (holds(/^WEB-INF\//)) return { name: 'web-archive', entries };
  if (holds(/^quarkus-run\.jar$/) && holds(/^(lib\/main|quarkus)\//)) return { name: 'quarkus', entries };
  refuseWithoutJars(input.name, entries);
  const loose = entries.filter(({ path }) => /^[^/]*\.jar$/i.test(path)).length;
  // One jar beside its libraries is started with -jar, and finds them by their paths.
  const isDistribution = holds(/^libs?\/.*\.jar$/i) && (holds(/^bin\/./) || loose <= 1);
  return { name: isDistribution ? 'distribution' : 'libraries', entries };
}

function isJarArchive({ archive, name }: InputDirectory): boolean {
  return archive !== undefined && /\.jar$/i.test(name);
}
