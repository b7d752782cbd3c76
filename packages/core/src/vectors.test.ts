import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bytesOf, collect } from './bytes.ts';
import { readCanonicalTar, writeCanonicalTar } from './canonical-tar.ts';
import { digestOf } from './digest.ts';
import { decodeImportManifest, encodeImportManifest } from './import-manifest.ts';
import { encodeImportsArtifact } from './imports-artifact.ts';
import type { TreeEntry } from './tree.ts';

interface TreeVector {
  readonly name: string;
  readonly entries: readonly VectorEntry[];
  readonly size: number;
  readonly digest: string;
}

type VectorEntry =
  | { readonly kind: 'file'; readonly path: string; readonly content: string; readonly executable: boolean }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string }
  | { readonly kind: 'directory'; readonly path: string };

interface ManifestVector {
  readonly name: string;
  readonly text: readonly string[];
  readonly imports: readonly {
    readonly path: string;
    readonly digest: string;
    readonly attributes: Readonly<Record<string, string>>;
  }[];
  readonly digest: string;
  readonly artifactDigest?: string;
}

function readVectors<T>(file: string): readonly T[] {
  return JSON.parse(readFileSync(new URL(`../../../docs/format/vectors/${file}`, import.meta.url), 'utf8'));
}

/** Golden vectors are the law: one that has to change means a new version of its format. */
describe('the golden vectors of tree blocks', () => {
  const vectors = readVectors<TreeVector>('tree-block.json');

  it.each(vectors)('$name', async ({ entries, size, digest }) => {
    const tar = await collect(writeCanonicalTar(entries.map(treeEntry)), 1 << 24, 'the tar');
    expect({ size: tar.length, digest: digestOf(tar) }).toEqual({ size, digest });
    const paths: string[] = [];
    for await (const entry of readCanonicalTar(bytesOf(tar), 'the tar')) paths.push(entry.path);
    expect(paths.sort()).toEqual(entries.map((entry) => entry.path).sort());
  });

  it('are what GNU tar writes, too, where there are only files with short ASCII names', () => {
    const simple = vectors.filter(({ entries }) => entries.length > 0 && entries.every(isSimple));
    expect(simple.length).toBeGreaterThanOrEqual(3);
    for (const { entries, digest, name } of simple) expect(digestOf(gnuTar(entries)), name).toBe(digest);
  });
});

describe('the golden vectors of import manifests', () => {
  it.each(readVectors<ManifestVector>('import-manifest.json'))(
    '$name',
    ({ text, imports, digest, artifactDigest }) => {
      const whole = `${text.join('\n')}\n`;
      const manifest = decodeImportManifest(whole, 'the vector');
      const read = manifest.imports.map((line) => ({
        ...line,
        attributes: Object.fromEntries(line.attributes),
      }));
      expect(read).toEqual(imports);
      const bytes = new TextEncoder().encode(encodeImportManifest(manifest));
      expect(new TextDecoder().decode(bytes)).toBe(whole);
      expect(digestOf(bytes)).toBe(digest);
      if (artifactDigest === undefined) return;
      const descriptor = { digest: digestOf(bytes), size: bytes.length };
      const artifact = encodeImportsArtifact(descriptor, manifest.packer, manifest.imports);
      expect(digestOf(artifact)).toBe(artifactDigest);
    },
  );
});

function treeEntry(entry: VectorEntry): TreeEntry {
  if (entry.kind !== 'file') return entry;
  const content = new TextEncoder().encode(entry.content);
  const { path, executable } = entry;
  return { kind: 'file', path, size: content.length, executable, read: () => bytesOf(content) };
}

function isSimple(entry: VectorEntry): boolean {
  return entry.kind === 'file' && /^[ -~]{1,100}$/.test(entry.path);
}

function gnuTar(entries: readonly VectorEntry[]): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'block-pack-vector-'));
  try {
    for (const entry of entries) {
      if (entry.kind !== 'file') continue;
      const file = join(folder, 'tree', entry.path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, entry.content);
      chmodSync(file, entry.executable ? 0o755 : 0o644);
    }
    const list = entries
      .map((entry) => `${entry.path}\n`)
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    writeFileSync(join(folder, 'list'), list.join(''));
    const options = [
      '--format=ustar',
      '--mtime=@499162500',
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      '-b1',
    ];
    return execFileSync('tar', [
      ...options,
      '-C',
      join(folder, 'tree'),
      '--verbatim-files-from',
      '-T',
      join(folder, 'list'),
      '-cf',
      '-',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
