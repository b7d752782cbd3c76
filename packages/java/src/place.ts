import {
  type Content,
  type FileEntry,
  type ImagePath,
  type InputDirectory,
  joinImagePath,
  movedEntry,
  type PackContext,
  parseImagePath,
  type TreeEntry,
} from '@block-pack/core';
import { readEmbeddedEvidence } from './embedded-evidence.ts';
import { type Layout, type LayoutName, recogniseLayout } from './layout.ts';
import { readOwnIdentity } from './own-identity.ts';
import { type OwnJars, readOwnJars } from './own-jars.ts';
import type { JarPart, JavaPart, JavaPlacement } from './placement.ts';
import { loaderFolder, readLoader } from './spring-boot-loader.ts';
import { isJar } from './wrong-input.ts';

const defaultPrefixes: Readonly<Record<LayoutName, string>> = {
  libraries: '/app/lib',
  distribution: '/app',
  'spring-boot': '/app',
  'web-archive': '/app',
  quarkus: '/app',
  'single-jar': '/app',
};

/**
 * Every jar is a placement of its own, wherever it lies. What is left over is one tree, less Spring Boot's loader: that comes and goes
 * with its own version.
 */
export async function placeInput(
  input: InputDirectory,
  givenPrefix: ImagePath | undefined,
  context: PackContext,
): Promise<readonly JavaPlacement[]> {
  const layout = await recogniseLayout(input);
  const prefix = givenPrefix ?? parseImagePath(defaultPrefixes[layout.name]);
  if (layout.name === 'single-jar') return [singleJar(input, prefix)];

  const own = await readOwnJars(layout);
  const jars = layout.entries.filter(isJar) as FileEntry[];
  const rest = withoutOwn(
    layout.entries.filter((entry) => !isJar(entry)),
    context,
  );
  const placements = jars.map(
    (file): JavaPlacement => ({
      path: joinImagePath(prefix, file.path),
      origin: `${input.name}/${file.path}`,
      content: jarContent(file),
      part: jarPart(file, own),
    }),
  );
  return [...placements, ...(await restPlacements(input, layout, prefix, rest, context))];
}

/** What block-pack writes into a distribution that it packs: its configuration, import manifests, images. Part of it, each pack would change the next one. */
export function isOwnFile(path: string): boolean {
  return /^(block-pack\/|block-pack\.config\.json$)/.test(path);
}

function withoutOwn(entries: readonly TreeEntry[], context: PackContext): readonly TreeEntry[] {
  for (const { path } of entries) if (isOwnFile(path)) context.leaveOut?.(path, 'written by block-pack');
  return entries.filter(({ path }) => !isOwnFile(path));
}

function singleJar(input: InputDirectory, prefix: ImagePath): JavaPlacement {
  const file = input.archive;
  if (file === undefined) throw new Error(`${input.name} is no archive`);
  const fileName = file.path.split(/[/\\]/).at(-1) ?? file.path;
  return {
    path: joinImagePath(prefix, fileName),
    origin: input.name,
    content: jarContent(file),
    part: { kind: 'jar', file: fileName, own: 'it is the whole input', mainClasses: [] },
  };
}

/** A jar is read, and never executed: whether it has the bit depends on who copied it where, and some mounts show it on every file. */
function jarContent(file: FileEntry): Content {
  return { kind: 'file', file: movedEntry(file, file.path, false) };
}

function jarPart(file: FileEntry, own: OwnJars): JarPart {
  return { kind: 'jar', file: file.path, own: own.reason(file.path), mainClasses: own.mainClasses };
}

async function restPlacements(
  input: InputDirectory,
  layout: Layout,
  prefix: ImagePath,
  rest: readonly TreeEntry[],
  context: PackContext,
): Promise<JavaPlacement[]> {
  const isExploded = layout.name === 'spring-boot' || layout.name === 'web-archive';
  const loader = isExploded ? rest.filter(({ path }) => path.startsWith(`${loaderFolder}/`)) : [];
  const others = rest.filter(({ path }) => loader.length === 0 || !path.startsWith(`${loaderFolder}/`));
  const found: JavaPlacement[] = [];
  if (others.length > 0) {
    const evidence = await readEmbeddedEvidence(others, input.name, context);
    const part: JavaPart = isExploded
      ? { kind: 'application', identity: await readOwnIdentity(others), evidence }
      : { kind: 'rest', evidence };
    found.push({ path: prefix, origin: input.name, content: { kind: 'tree', entries: others }, part });
  }
  if (loader.length > 0) {
    const entries = loader.map((entry) => movedEntry(entry, entry.path.slice(loaderFolder.length + 1)));
    const part: JavaPart = { kind: 'loader', ...(await readLoader(rest)) };
    const origin = `${input.name}/${loaderFolder}`;
    found.push({
      path: joinImagePath(prefix, loaderFolder),
      origin,
      content: { kind: 'tree', entries },
      part,
    });
  }
  return found;
}
