import { describe, expect, it } from 'vitest';
import { bytesOf } from '../bytes.ts';
import { encodeImportManifest } from '../import-manifest.ts';
import { MemoryBlobStore } from '../memory-blob-store.ts';
import { emptyMemory, type Packed, pack } from '../pack.ts';
import type { Packer, Placement } from '../packer.ts';
import type { FileEntry, InputDirectory, TreeEntry } from '../tree.ts';

/** An input made of text or bytes by path. A path ending in `/` is an empty directory, `-> ` at the beginning of a text makes a link. */
export function fakeInput(
  files: Readonly<Record<string, string | Uint8Array>>,
  options: { readonly name?: string; readonly executable?: readonly string[] } = {},
): InputDirectory {
  const entries = Object.entries(files).map(([path, content]) =>
    fakeEntry(path, content, options.executable?.includes(path) ?? false),
  );
  entries.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  return { name: options.name ?? 'the input', entries: async () => entries };
}

function fakeEntry(path: string, content: string | Uint8Array, executable: boolean): TreeEntry {
  if (path.endsWith('/')) return { kind: 'directory', path: path.slice(0, -1) };
  if (typeof content === 'string' && content.startsWith('-> ')) {
    return { kind: 'symlink', path, target: content.slice(3) };
  }
  return fakeFile(path, content, executable);
}

export function fakeFile(path: string, content: string | Uint8Array, executable = false): FileEntry {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return { kind: 'file', path, size: bytes.length, executable, read: () => bytesOf(bytes) };
}

/**
 * What every packer must keep to; the first test of each.
 * @param make the packer under test
 * @param input a new input with the same content at every call; at least one file of it is a dependency
 * @param options `generates`: the packer also places files that it makes itself
 */
export function packerContract(
  name: string,
  make: () => Packer<Placement>,
  input: () => InputDirectory,
  options: { readonly generates?: boolean } = {},
): void {
  const packOnce = (directory: InputDirectory): Promise<Packed> =>
    pack(make(), [directory], new MemoryBlobStore(), { memory: emptyMemory(), warn: () => {} });

  describe(`${name} as a packer`, () => {
    it('places every file of the input exactly once, or says why it is left out', async () => {
      const given = await input().entries();
      const left = new Set<string>();
      const context = {
        memory: emptyMemory(),
        warn: () => {},
        leaveOut: (path: string) => void left.add(path),
      };
      const placements = await make().place(input(), context);
      const placed = placements.flatMap(({ content }) => {
        if (content.kind === 'made') return [];
        return content.kind === 'file' ? [content.file] : [...content.entries];
      });
      expect(given.filter(({ path }) => left.has(path))).toHaveLength(left.size);
      const wanted = given.filter(({ path }) => !left.has(path)).map(sizeOf);
      const rest = placed.map(sizeOf);
      for (const size of wanted) rest.splice(rest.indexOf(size), rest.includes(size) ? 1 : 0);
      expect(placed.length - rest.length).toBe(wanted.length);
      if (!options.generates) expect(rest).toEqual([]);
    });

    it('gives the same manifest for the same content', async () => {
      const [first, second] = [await packOnce(input()), await packOnce(input())];
      expect(encodeImportManifest(second.manifest)).toBe(encodeImportManifest(first.manifest));
    });

    it('does not care in which order the input was listed, nor what it is called', async () => {
      const shuffled: InputDirectory = {
        ...input(),
        name: 'elsewhere',
        entries: async () => [...(await input().entries())].reverse(),
      };
      const [first, second] = [await packOnce(input()), await packOnce(shuffled)];
      expect(encodeImportManifest(second.manifest)).toBe(encodeImportManifest(first.manifest));
    });

    it('gives every import a purl, a role and evidence', async () => {
      const { imports } = await packOnce(input());
      expect(imports.length).toBeGreaterThan(0);
      for (const { component } of imports) {
        expect(component.purl).toMatch(/^pkg:/);
        expect(component.evidence.length).toBeGreaterThan(0);
      }
    });
  });
}

function sizeOf(entry: TreeEntry): string {
  return entry.kind === 'file' ? `file ${entry.size}` : entry.kind;
}
