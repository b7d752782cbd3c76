import type { ContentDescriptor, ImportsFile, OpenedImage } from '@block-pack/core';
import { canUnpack, type HiddenEntry, hiddenEntries, listLayer, type WatchedLayer } from '@block-pack/store';
import { count } from '../byte-size.ts';
import { reasonOf, type VerificationRecord } from './verification.ts';
import type { BlobCheck } from './verify-blobs.ts';
import type { ExplainedLayers } from './verify-imports.ts';

/** A derived layer of an image, in its place. */
interface DerivedLayer extends ImportsFile {
  /** Counted from the lowest, 0. */
  readonly layer: number;
  /** Where the imports layer lies that explains it. */
  readonly explainedBy: number;
}

/**
 * What the imports say is what a container sees, unless a later layer replaces it or takes it away. That is a fault where nothing in the image tells of it: the layer
 * is another tool's, or two layers of one making have the same path. Where later imports say what stands there now, it is a note.
 */
export async function verifyVisible(
  image: OpenedImage,
  explained: ExplainedLayers,
  check: BlobCheck,
): Promise<void> {
  const { layers } = image.manifest;
  const { record, options } = check;
  if (!record.isNew(`visible ${layers.map(({ digest }) => digest)}`)) return;
  const derived = derivedLayers(image, explained);
  const from = firstToLayOver(image, derived);
  if (from === undefined) return;
  try {
    if (!layers.every(canBeRead)) return;
    const hidden = await hiddenEntries(layersFrom(from, image, derived, check), options.signal);
    for (const one of hiddenImports(hidden, from, derived)) tell(one, image, derived, record);
  } catch (error) {
    const message = reasonOf(error);
    // What cannot be read is a fault already.
    if (record.faults === 0) record.find({ digest: image.manifest.config.digest, message });
  }
}

function canBeRead({ mediaType, digest }: ContentDescriptor): boolean {
  return canUnpack(mediaType, digest);
}

/** Each lies between its imports layer and the imports layer before that; the same layer may stand in an image twice. What is packed anew is known by its diffID. */
function derivedLayers(
  { imports, manifest: { layers }, config }: OpenedImage,
  explained: ExplainedLayers,
): readonly DerivedLayer[] {
  return imports.flatMap(({ layer: explainedBy, files }, at) => {
    const first = (imports[at - 1]?.layer ?? -1) + 1;
    const below = layers.slice(first, explainedBy).map(({ digest }) => digest);
    const diffIds = config.rootfs.diff_ids.slice(first, explainedBy);
    return files.flatMap((file) => {
      const said = explained.get(file);
      if (said === undefined) return [];
      const layer = below.includes(said.layer.digest)
        ? below.indexOf(said.layer.digest)
        : diffIds.indexOf(said.diffId);
      return layer === -1 ? [] : [{ ...file, layer: first + layer, explainedBy }];
    });
  });
}

/**
 * The lowest layer that has to be looked at; undefined where the import manifests alone show that nothing hides anything, as in most images. A foreign layer may reach
 * every path through links of those below; derived layers have a directory wherever they reach.
 */
function firstToLayOver(
  { imports, manifest }: OpenedImage,
  derived: readonly DerivedLayer[],
): number | undefined {
  const lowest = Math.min(...derived.map(({ layer }) => layer));
  const explained = new Set([...imports, ...derived].map(({ layer }) => layer));
  if (manifest.layers.some((_, layer) => layer > lowest && !explained.has(layer))) return 0;
  const meeting = derived.filter((one) => derived.some((other) => one !== other && meet(one, other)));
  return meeting.length === 0 ? undefined : Math.min(...meeting.map(({ layer }) => layer));
}

/** Whether one of them may have something at, above or below what the other one has. */
function meet(a: ImportsFile, b: ImportsFile): boolean {
  return reachesInto(a, b) || reachesInto(b, a);
}

function reachesInto(a: ImportsFile, b: ImportsFile): boolean {
  const paths = new Set(b.manifest.imports.map(({ path }) => path));
  return a.manifest.imports.some(({ path }) => nearest(path, paths) !== undefined);
}

/** The path itself, or the next one above it that is among them. */
function nearest(path: string, paths: ReadonlySet<string>): string | undefined {
  for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) if (paths.has(at)) return at;
  return paths.has('/') ? '/' : undefined;
}

async function* layersFrom(
  from: number,
  { manifest, config }: OpenedImage,
  derived: readonly DerivedLayer[],
  { blobs, options }: BlobCheck,
): AsyncIterable<WatchedLayer> {
  for (const [index, layer] of manifest.layers.entries()) {
    const diffId = config.rootfs.diff_ids[index];
    if (index < from || diffId === undefined) continue;
    const { entries } = await listLayer({ ...layer, diffId }, blobs, { signal: options.signal });
    yield { name: layer.digest, entries, watched: derived.some((one) => one.layer === index) };
  }
}

/** An import of which later layers hide something. */
interface HiddenImport {
  readonly of: DerivedLayer;
  readonly path: string;
  readonly by: number;
  readonly files: HiddenEntry[];
}

/** By the import, and by the layer that hides it. @param from the layer that the entries' count begins with */
function hiddenImports(
  hidden: readonly HiddenEntry[],
  from: number,
  derived: readonly DerivedLayer[],
): Iterable<HiddenImport> {
  const found = new Map<string, HiddenImport>();
  const paths = new Map(
    derived.map((of) => [
      of.layer,
      { of, imports: new Set<string>(of.manifest.imports.map(({ path }) => path)) },
    ]),
  );
  for (const entry of hidden) {
    const owner = paths.get(entry.layer + from);
    if (owner === undefined) continue;
    const path = nearest(entry.path, owner.imports) ?? entry.path;
    const by = entry.by + from;
    const key = `${owner.of.layer} ${by} ${path}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, { of: owner.of, path, by, files: [entry] });
    else known.files.push(entry);
  }
  return found.values();
}

function tell(
  { of, path, by, files }: HiddenImport,
  { manifest: { layers, config } }: OpenedImage,
  derived: readonly DerivedLayer[],
  record: VerificationRecord,
): void {
  const above = derived.find(({ layer }) => layer === by);
  if (above !== undefined && bringsTheSame(above, of, path)) return;
  const finding = { digest: layers[by]?.digest ?? config.digest, imports: of.name, path };
  const deed = deedOf(path, files);
  if (above === undefined || above.explainedBy === of.explainedBy)
    record.find({ ...finding, message: `${deed}: a container does not have what was imported` });
  else record.note({ kind: 'replaced', ...finding, message: `${deed}, as /.import.${above.name} says` });
}

function bringsTheSame(above: ImportsFile, below: ImportsFile, path: string): boolean {
  const digestsAt = ({ manifest }: ImportsFile) =>
    manifest.imports.filter((line) => line.path === path).map(({ digest }) => digest);
  return digestsAt(above).join() === digestsAt(below).join();
}

function deedOf(path: string, files: readonly HiddenEntry[]): string {
  const gone = files.every((file) => file.gone);
  const [first] = files;
  if (first?.path === path) return gone ? 'takes it away' : 'replaces it';
  return `${gone ? 'takes away' : 'replaces'} ${count(files.length, 'file')} of it, the first ${first?.path}`;
}
