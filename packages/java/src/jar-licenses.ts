import {
  collect,
  type RandomAccess,
  readStart,
  readZipEntry,
  type ZipEntries,
  type ZipEntry,
} from '@block-pack/core';
import { readManifestHeaders } from './manifest-headers.ts';
import { readPom } from './pom.ts';
import { decodeXml } from './xml.ts';

/** Bytes of one pom.xml; the largest real ones have a tenth. */
const pomLimit = 512 << 10;
/** Bytes of a manifest that are read: its first section stands before all others. */
const manifestStart = 1 << 20;
/** Embedded projects that are looked at. A real jar has 83 shaded into it. */
const mostProjects = 100;
const longest = 200;

/**
 * The licences that a jar declares: those of the Maven projects inside it, its own and what was shaded into it, or else its bundle's. Those of a
 * parent pom are not inside, so there may be more.
 * @see https://maven.apache.org/pom.html#Licenses
 */
export async function jarLicenses(jar: RandomAccess, archive: ZipEntries): Promise<readonly string[]> {
  const readable = archive.entries.filter(isReadable);
  const poms = readable.filter(
    ({ path, size }) => /^META-INF\/maven\/[^/]+\/[^/]+\/pom\.xml$/.test(path) && size <= pomLimit,
  );
  const found = new Set<string>();
  for (const entry of poms.slice(0, mostProjects)) {
    const bytes = await collect(readZipEntry(jar, archive, entry), pomLimit, entry.path);
    for (const license of readPom(decodeXml(bytes))?.licenses ?? []) found.add(license);
  }
  if (found.size > 0) return [...found];
  const manifest = readable.find(({ path }) => path.toUpperCase() === 'META-INF/MANIFEST.MF');
  if (manifest === undefined) return [];
  const start = await readStart(readZipEntry(jar, archive, manifest), manifestStart);
  return bundleLicenses(readManifestHeaders(new TextDecoder().decode(start)).get('bundle-license') ?? '');
}

/**
 * Names or addresses, parted by commas; each may have attributes behind semicolons.
 * @see https://docs.osgi.org/specification/osgi.core/8.0.0/framework.module.html#framework.module.bundle-license
 */
function bundleLicenses(header: string): readonly string[] {
  // Real ones have commas within a name: "Apache License, Version 2.0".
  const clauses = header.split(/,(?=\s*(?:https?:|"))/);
  const names = clauses.map((clause) => (clause.split(';')[0] ?? '').trim().replaceAll('"', ''));
  return [...new Set(names)].filter(
    (name) => name !== '' && name.length <= longest && name !== '<<EXTERNAL>>',
  );
}

function isReadable({ encrypted, method, symlink, isDirectory }: ZipEntry): boolean {
  return !encrypted && typeof method === 'string' && !symlink && !isDirectory;
}
