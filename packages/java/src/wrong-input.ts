import { BlockPackError, compareBytewise, type TreeEntry } from '@block-pack/core';

/** Found in the root of a project, or in the folder its build writes to; never among an application's libraries. */
const projectSigns = /^(pom\.xml$|(build|settings)\.gradle(\.kts)?$|src\/(main|test)\/)/;
const buildSigns =
  /^(maven-archiver|maven-status|classes\/java|generated-sources|generated\/sources|surefire-reports|install)\//;

/** Jars of a build that are no library of the application. */
const besides =
  /(^|\/)(\.mvn|gradle\/wrapper|\.gradle|node_modules|test-classes|src)\/|-(sources|javadoc|tests)\.jar$/i;

/**
 * The commonest mistake is to point at the project, or at its build folder, instead of at the libraries inside.
 * @throws INPUT_EMPTY, INPUT_UNSUPPORTED
 */
export function refuseWithoutJars(name: string, entries: readonly TreeEntry[]): void {
  const jars = entries.filter(isJar).map(({ path }) => path);
  if (jars.length === 0) throw noJar(name, entries);
  const isBuild = entries.some(({ path }) => buildSigns.test(path));
  const isProject = entries.some(({ path }) => projectSigns.test(path));
  const hasRootJar = jars.some((path) => !path.includes('/'));
  if (!isBuild && (!isProject || hasRootJar) && !onlyBuildOutput(jars)) return;
  const better = suggestions(jars).map((path) => `${name}/${path}`);
  if (better.length === 0) throw noJar(name, entries);
  throw new BlockPackError(
    hasRootJar ? 'INPUT_UNSUPPORTED' : 'INPUT_EMPTY',
    `${name} is not a directory of libraries: it looks like ${isBuild ? "a build's output folder" : 'a whole project'}`,
    { hint: `Did you mean ${better.join(', or ')}?`, details: { path: name, suggestions: better } },
  );
}

export function isJar(entry: TreeEntry): boolean {
  return entry.kind === 'file' && /\.jar$/i.test(entry.path);
}

function onlyBuildOutput(jars: readonly string[]): boolean {
  return jars.every((path) => /^([^/]+\/)*(target|build)\//.test(path));
}

function noJar(name: string, entries: readonly TreeEntry[]): BlockPackError {
  const files = entries.filter(({ kind }) => kind === 'file');
  const [first] = files;
  const found =
    first === undefined
      ? 'it is empty'
      : `it holds ${files.length === 1 ? 'only' : `${files.length} files, such as`} ${first.path}`;
  return new BlockPackError('INPUT_EMPTY', `There is no jar in ${name}: ${found}`, {
    hint: 'Let the build collect the libraries first (mvn dependency:copy-dependencies -DoutputDirectory=target/lib, or gradle installDist) and give that directory, or give a jar, a war or a distribution archive.',
    details: { path: name, files: files.length },
  });
}

/** The best first, three at most. */
function suggestions(jars: readonly string[]): string[] {
  const places = new Map<string, number>();
  for (const jar of jars) {
    if (besides.test(jar)) continue;
    const place = placeOf(jar);
    places.set(place, (places.get(place) ?? 0) + 1);
  }
  return [...places]
    .sort(([a, n], [b, m]) => placeRank(a) - placeRank(b) || m - n || compareBytewise(a, b))
    .slice(0, 3)
    .map(([place]) => place);
}

/** A directory of libraries, or the jar itself where it lies among a build's other results. */
function placeOf(jar: string): string {
  const folder = jar.slice(0, Math.max(jar.lastIndexOf('/'), 0));
  const shape = /^(.+)\/(lib\/(main|boot)|quarkus|WEB-INF\/lib|BOOT-INF\/lib)$/s.exec(folder)?.[1];
  if (shape !== undefined) return shape;
  return /(^|\/)(target|libs)$/.test(folder) || folder === '' ? jar : folder;
}

const placeRanks = [
  /(^|\/)(lib|dependency|dependencies)$/,
  /(^|\/)quarkus-app$/,
  /(^|\/)target\/[^/]+$/,
  /\.jar$/i,
];

function placeRank(place: string): number {
  const rank = placeRanks.findIndex((pattern) => pattern.test(place));
  return rank === -1 ? placeRanks.length : rank;
}
