import {
  type BlobStore,
  BlockPackError,
  type Component,
  type Content,
  checkLinkTarget,
  type FileEntry,
  type InputDirectory,
  type LinkEntry,
  type Packer,
  type PackOptions,
  type Placed,
  type Placement,
  pack,
  type RandomAccess,
  type TreeEntry,
  type Warning,
} from '@block-pack/core';
import type { LeftOut } from '../pack-summary.ts';

/** Who made the bytes of a component: its publisher, this machine out of published sources, or the application's own build. */
export type Maker = 'publisher' | 'machine' | 'application';

/** What a packer's placement says beside its content. */
export interface Provenance {
  readonly maker: Maker;
  /** The component's file or folder, relative to the input; `.` for what is spread over all of it. */
  readonly path: string;
}

/** A component as it is packed. */
export interface Examined extends Provenance {
  readonly component: Component;
  readonly content: Content;
  /** Of its block. */
  readonly bytes: RandomAccess;
}

/** A pack of an input, with all that a diagnosis needs of it. */
export interface Examination {
  readonly components: readonly Examined[];
  readonly leftOut: readonly LeftOut[];
  readonly warnings: readonly Warning[];
  /** Links that no block can hold; they were taken out of the input. */
  readonly leaving: readonly LinkEntry[];
}

export type ProvenanceOf<P extends Placement> = (
  placement: P,
  component: Component,
  leftOut: readonly LeftOut[],
) => Provenance;

/** The bytes of a packed file, and where the input has it. */
export interface PackedFile {
  /** Relative to the input. */
  readonly path: string;
  readonly file: FileEntry;
}

/** Packs, and keeps what the packer told. Where links lead out of the input, the rest is packed without them. */
export async function examine<P extends Placement>(
  packer: Packer<P>,
  provenanceOf: ProvenanceOf<P>,
  input: InputDirectory,
  view: (input: InputDirectory) => InputDirectory,
  store: BlobStore,
  options: PackOptions,
): Promise<Examination> {
  const leftOut: LeftOut[] = [];
  const run = () => packWatched(packer, provenanceOf, view(input), leftOut, store, options);
  try {
    return { ...(await run()), leaving: [] };
  } catch (error) {
    if (!(error instanceof BlockPackError) || error.code !== 'LINK_ESCAPES') throw error;
    const leaving = await leavingLinks(view(input), leftOut);
    if (leaving.length === 0) throw error;
    const rest = await packWatched(packer, provenanceOf, view(without(input, leaving)), [], store, options);
    return { ...rest, leaving };
  }
}

async function packWatched<P extends Placement>(
  packer: Packer<P>,
  provenanceOf: ProvenanceOf<P>,
  input: InputDirectory,
  leftOut: LeftOut[],
  store: BlobStore,
  options: PackOptions,
): Promise<Omit<Examination, 'leaving'>> {
  const warnings: Warning[] = [];
  let components: readonly Examined[] = [];
  const watched: Packer<P> = {
    ...packer,
    async identify(placed, context) {
      const named = await packer.identify(placed, context);
      components = placed.flatMap((one, at) => examined(one, named[at], provenanceOf, leftOut));
      return named;
    },
  };
  await pack(watched, [input], store, {
    ...options,
    warn: (warning) => void warnings.push(warning),
    leaveOut: (path, reason) => void leftOut.push({ path, reason }),
  });
  return { components, leftOut, warnings };
}

function examined<P extends Placement>(
  { placement, bytes }: Placed<P>,
  component: Component | undefined,
  provenanceOf: ProvenanceOf<P>,
  leftOut: readonly LeftOut[],
): Examined[] {
  if (component === undefined) return [];
  return [{ ...provenanceOf(placement, component, leftOut), component, content: placement.content, bytes }];
}

/** Those of `.bin` are never packed: others stand for them. */
async function leavingLinks(input: InputDirectory, leftOut: readonly LeftOut[]): Promise<LinkEntry[]> {
  const told = new Set(leftOut.map(({ path }) => path));
  return (await input.entries()).filter(
    (entry): entry is LinkEntry =>
      entry.kind === 'symlink' && leaves(entry) && !told.has(entry.path) && !/(^|\/)\.bin\//.test(entry.path),
  );
}

function leaves({ path, target }: LinkEntry): boolean {
  try {
    checkLinkTarget(path, target);
    return false;
  } catch {
    return true;
  }
}

function without(input: InputDirectory, links: readonly LinkEntry[]): InputDirectory {
  const { name, archive } = input;
  const paths = new Set(links.map(({ path }) => path));
  return {
    name,
    ...(archive === undefined ? {} : { archive }),
    entries: async () => (await input.entries()).filter(({ path }) => !paths.has(path)),
  };
}

/** The files of a component that come from the input; what the packer made itself is the same everywhere. */
export function packedFiles({ content }: Examined, inputFiles: ReadonlySet<string>): PackedFile[] {
  return filesOf(content)
    .map((file) => ({ path: file.origin ?? file.path, file }))
    .filter(({ path }) => inputFiles.has(path));
}

function filesOf(content: Content): readonly FileEntry[] {
  switch (content.kind) {
    case 'file':
      return [content.file];
    case 'tree':
      return content.entries.filter(isFile);
    case 'made':
      return [];
  }
}

function isFile(entry: TreeEntry): entry is FileEntry {
  return entry.kind === 'file';
}
