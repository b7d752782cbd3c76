import {
  collect,
  type PackMemory,
  type Placed,
  readStart,
  readZipBelow,
  readZipEntry,
  type ZipEntries,
  type ZipEntry,
} from '@block-pack/core';
import * as v from 'valibot';
import { areCoordinates, type Coordinates } from './coordinates.ts';
import { readManifestHeaders } from './manifest-headers.ts';
import type { JavaPlacement } from './placement.ts';
import { readPom } from './pom.ts';
import { readPomProperties } from './pom-properties.ts';
import { decodeXml } from './xml.ts';

/** A jar that is cut, as it is looked into. */
export type PlacedJar = Placed<JavaPlacement>;

/** What a jar's bytes tell, however the file is called. */
export interface JarFacts {
  /** Of every project whose Maven files are inside: the jar's own, and those of what was shaded into it. */
  readonly projects: readonly ProjectFact[];
  /** Names in the manifest's `Class-Path`. */
  readonly classPath: readonly string[];
}

export interface ProjectFact {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
  readonly source: 'pom.properties' | 'pom.xml';
}

const Facts = v.object({
  projects: v.array(
    v.object({
      group: v.string(),
      artifact: v.string(),
      version: v.string(),
      source: v.picklist(['pom.properties', 'pom.xml']),
    }),
  ),
  classPath: v.array(v.string()),
});

const factName = 'jar/3';

/** Bytes of a manifest that are read: its first section stands before all others. */
const manifestStart = 1 << 20;

/** Bytes of one of Maven's files. In 2,100 real jars the largest that is read has 5,000. */
const smallFile = 128 << 10;

/** Bytes of Maven's files that are read from one jar: a hostile one keeps us busy for half a second. Real jars have 9,000. */
const readLimit = 512 << 10;

/** Projects of one jar that are looked at. A real jar has 83 shaded into it. */
const mostProjects = 1_000;

/** Names of a `Class-Path` that are kept: more than any application has jars. */
const namesKept = 10_000;

/** @throws ARCHIVE_INVALID naming the file, when it is no zip archive */
export async function jarFacts(jar: PlacedJar, memory: PackMemory): Promise<JarFacts> {
  const known = v.safeParse(Facts, memory.fact(jar.block, factName));
  if (known.success) return known.output;
  const archive = await readZipBelow(jar.bytes, jar.placement.origin, 'META-INF/');
  const facts: JarFacts = {
    projects: await projectsIn(jar, archive),
    classPath: await classPathOf(jar, archive),
  };
  memory.learn(jar.block, factName, facts);
  return facts;
}

/** True when the jar holds the class of this name, such as `com.example.Main`. */
export async function holdsClass(jar: PlacedJar, className: string, memory: PackMemory): Promise<boolean> {
  const name = `class/1/${className}`;
  const known = memory.fact(jar.block, name);
  if (typeof known === 'boolean') return known;
  const path = `${className.replaceAll('.', '/')}.class`;
  const { entries } = await readZipBelow(jar.bytes, jar.placement.origin, path);
  const holds = entries.some((entry) => entry.path === path);
  memory.learn(jar.block, name, holds);
  return holds;
}

const mavenFile = /^META-INF\/maven\/([^/]+\/[^/]+)\/pom\.(properties|xml)$/;

/** From each project's `pom.properties`, which is the cheaper to read; from its `pom.xml` where there is nothing else. */
async function projectsIn(jar: PlacedJar, archive: ZipEntries): Promise<ProjectFact[]> {
  const folders = new Map<string, ZipEntry>();
  for (const entry of archive.entries) {
    const [, folder, kind] = mavenFile.exec(entry.path) ?? [];
    if (folder !== undefined && (kind === 'properties' || !folders.has(folder))) folders.set(folder, entry);
  }
  const found: ProjectFact[] = [];
  let left = readLimit;
  for (const entry of [...folders.values()].slice(0, mostProjects)) {
    if (!isReadable(entry) || entry.size > smallFile) continue;
    left -= entry.size;
    if (left < 0) break;
    const source = entry.path.endsWith('.properties') ? 'pom.properties' : 'pom.xml';
    const bytes = await collect(readZipEntry(jar.bytes, archive, entry), smallFile, entry.path);
    const said = source === 'pom.xml' ? pomCoordinates(bytes) : readPomProperties(decodeXml(bytes));
    if (said !== undefined) found.push({ ...said, source });
  }
  return found;
}

function pomCoordinates(bytes: Uint8Array): Coordinates | undefined {
  const { group, artifact, version } = readPom(decodeXml(bytes)) ?? {};
  if (group === undefined || artifact === undefined || version === undefined) return undefined;
  const coordinates = { group, artifact, version };
  return areCoordinates(coordinates) ? coordinates : undefined;
}

async function classPathOf(jar: PlacedJar, archive: ZipEntries): Promise<string[]> {
  const entry = archive.entries.find(({ path }) => path.toUpperCase() === 'META-INF/MANIFEST.MF');
  if (entry === undefined || !isReadable(entry)) return [];
  const start = await readStart(readZipEntry(jar.bytes, archive, entry), manifestStart);
  const named = readManifestHeaders(new TextDecoder().decode(start)).get('class-path') ?? '';
  return named
    .split(/\s+/)
    .filter((name) => name !== '')
    .slice(0, namesKept);
}

function isReadable({ encrypted, method, symlink, isDirectory }: ZipEntry): boolean {
  return !encrypted && typeof method === 'string' && !symlink && !isDirectory;
}
