import { resolve } from 'node:path';
import {
  BlockPackError,
  type Digest,
  type Import,
  type ImportManifest,
  importKind,
  importSize,
  isDigest,
  readCanonicalTar,
} from '@block-pack/core';
import { openStore, type Store } from '@block-pack/store';
import { byteSize, count } from '../byte-size.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { Console } from '../console.ts';
import { isImportsTag, readManifest, readTaggedOrWarn } from '../read-manifest.ts';
import { printable, table } from '../table.ts';
import { inspectBundle, mayBeBundle } from './inspect-bundle.ts';
import { inspectPlace } from './inspect-image.ts';
import { inspectRanges } from './inspect-ranges.ts';
import { looksLikePlace } from './resolve-image.ts';

export interface InspectCommandOptions {
  readonly ranges?: boolean;
  readonly verifyKey?: readonly string[];
}

/** Shows an import manifest, a block by its digest, an image by its place, or a bundle. */
export async function inspect(
  name: string,
  options: InspectCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  const { ranges = false, verifyKey } = options;
  const isPlace = looksLikePlace(name);
  if (ranges && !isPlace) {
    throw new BlockPackError('USAGE', '--ranges is for images', {
      hint: 'Name a place, such as oci:DIR:tag, or leave it out.',
    });
  }
  const isBundle = !isPlace && !isDigest(name) && (await mayBeBundle(resolve(context.directory, name)));
  if (isBundle) return inspectBundle(name, verifyKey, context);
  if (verifyKey !== undefined) {
    throw new BlockPackError('USAGE', `--verify-key is for bundles, and ${printable(name)} is none`, {
      hint: 'Name the file of a bundle, or leave it out.',
    });
  }
  if (isPlace) return ranges ? inspectRanges(name, context) : inspectPlace(name, context);
  const store = await openStore(context.storeDirectory);
  return isDigest(name) ? inspectBlock(name, store, context) : inspectManifest(name, store, context);
}

async function inspectManifest(name: string, store: Store, context: CommandContext): Promise<Outcome> {
  const others = ['that of a bundle', 'a place of images such as oci:DIR:tag'];
  const { manifest } = await readManifest(name, context.directory, store, others);
  const missing = new Set<Digest>();
  for (const { digest } of manifest.imports) if (!(await store.has(digest))) missing.add(digest);
  return {
    document: {
      name,
      packer: manifest.packer,
      directives: manifest.directives,
      imports: manifest.imports.map((line) => importDocument(line, !missing.has(line.digest))),
    },
    text: (console) => manifestText(name, manifest, missing, console),
    exitCode: 0,
  };
}

function importDocument(line: Import, inStore: boolean): object {
  const { path, digest, attributes } = line;
  return { path, digest, type: importKind(line), inStore, attributes: Object.fromEntries(attributes) };
}

function manifestText(
  name: string,
  manifest: ImportManifest,
  missing: ReadonlySet<Digest>,
  console: Console,
): string {
  const blocks = new Map(manifest.imports.map((line) => [line.digest, importSize(line) ?? 0]));
  const bytes = [...blocks.values()].reduce((sum, size) => sum + size, 0);
  const rows = manifest.imports.map((line) => {
    const { attributes, digest, path } = line;
    const size = importSize(line);
    return [
      digest.slice('sha256:'.length, 'sha256:'.length + 12),
      size === undefined ? '' : byteSize(size),
      attributes.get('purl') ?? '',
      attributes.get('evidence') ?? '',
      `${importKind(line) === 'tree' ? `${path}/` : path}${missing.has(digest) ? ' (block not in the store)' : ''}`,
    ];
  });
  const columns = [
    { title: 'DIGEST' },
    { title: 'SIZE', align: 'right' },
    { title: 'COMPONENT' },
    { title: 'EVIDENCE' },
    { title: 'PATH' },
  ] as const;
  const headline = `${printable(name)}: ${count(manifest.imports.length, 'import')}, ${count(blocks.size, 'block')}, ${byteSize(bytes)}`;
  const lack =
    missing.size === 0 ? '' : `\n${count(missing.size, 'block')} not in the store; pack the input again.\n`;
  return `${console.bold(headline)} by the ${manifest.packer} packer\n\n${table(columns, rows)}${lack}`;
}

interface BlockUse {
  readonly tag: string;
  readonly path: string;
  readonly type: 'file' | 'tree';
  readonly purl: string | undefined;
}

async function inspectBlock(digest: Digest, store: Store, context: CommandContext): Promise<Outcome> {
  const size = await store.size(digest);
  const uses = await usesOf(digest, store, context);
  const isTree = uses.some((use) => use.type === 'tree');
  const files = isTree ? await filesOf(digest, store) : undefined;
  return {
    document: { digest, size, uses, ...(files === undefined ? {} : { files }) },
    text: (console) =>
      [
        `${console.bold(digest)} ${byteSize(size)}\n`,
        uses.length === 0 ? 'No tag of the store imports it.\n' : '',
        ...uses.map((use) => `  ${use.purl ?? ''} at ${printable(use.path)} in ${use.tag}\n`),
        files === undefined ? '' : `\n${count(files.length, 'file')}\n`,
        files === undefined ? '' : table(fileColumns, files.map(fileRow)),
      ].join(''),
    exitCode: 0,
  };
}

async function usesOf(digest: Digest, store: Store, context: CommandContext): Promise<BlockUse[]> {
  const uses: BlockUse[] = [];
  for (const tag of (await store.tags()).filter(isImportsTag)) {
    const manifest = await readTaggedOrWarn(tag, store, context);
    for (const line of (manifest?.imports ?? []).filter((one) => one.digest === digest)) {
      uses.push({
        tag: tag.name,
        path: line.path,
        type: importKind(line),
        purl: line.attributes.get('purl'),
      });
    }
  }
  return uses;
}

interface BlockFile {
  readonly path: string;
  readonly kind: 'file' | 'symlink' | 'directory';
  readonly size: number;
  readonly executable: boolean;
  readonly target?: string;
}

async function filesOf(digest: Digest, store: Store): Promise<BlockFile[]> {
  const files: BlockFile[] = [];
  for await (const entry of readCanonicalTar(store.read(digest), digest)) {
    const { path, kind } = entry;
    const isFile = entry.kind === 'file';
    files.push({
      path,
      kind,
      size: isFile ? entry.size : 0,
      executable: isFile && entry.executable,
      ...(entry.kind === 'symlink' ? { target: entry.target } : {}),
    });
  }
  return files;
}

const fileColumns = [{ title: 'SIZE', align: 'right' }, { title: '' }, { title: 'PATH' }] as const;

function fileRow(file: BlockFile): string[] {
  const path = file.target === undefined ? file.path : `${file.path} -> ${file.target}`;
  return [byteSize(file.size), file.executable ? 'x' : '', file.kind === 'directory' ? `${path}/` : path];
}
