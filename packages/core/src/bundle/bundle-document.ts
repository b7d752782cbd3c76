import * as v from 'valibot';
import type { Descriptor } from '../blob.ts';
import { type Digest, isDigest } from '../digest.ts';
import { BlockPackError } from '../error.ts';
import { isImportsName } from '../image/imports-layer.ts';
import { documentLimit, parseJsonDocument } from '../image/json-document.ts';
import { areTooManyGroups } from './group-limit.ts';
import { isTagged } from './image-name.ts';

/** What a bundle brings, and how a site makes it of what it has. Specified in docs/format/bundle.md. */
export interface BundleDocument {
  readonly version: 1;
  /** What the site wants. */
  readonly images: readonly WantedImage[];
  /** What speaks of the images, such as their signatures, and is published with them; undefined where there is nothing. */
  readonly companions?: readonly Companion[] | undefined;
  /** Names of images, any one of which the site was said to have: for people, nothing follows from them. */
  readonly since?: readonly string[] | undefined;
  /** Names of those that it was said to have in any case. */
  readonly have?: readonly string[] | undefined;
  /** The indexes, manifests and configs of them all; each once. */
  readonly documents: readonly Digest[];
  /** Where each layer comes from, and whatever else is no document; each once. */
  readonly layers: readonly LayerOrigin[];
  /** Texts come before all blocks: they say what else the site must have. */
  readonly groups: readonly BundleGroup[];
}

export type WantedImage = v.InferOutput<typeof wantedImage>;
export type Companion = v.InferOutput<typeof companion>;

/** Where a layer comes from; written out, since a declaration of what the schema infers could not name a digest's brand. */
export type LayerOrigin = Descriptor &
  (
    | { readonly origin: 'present' }
    | { readonly origin: 'carried'; readonly mediaType: string }
    | { readonly origin: 'segments'; readonly imports: Digest }
    | { readonly origin: 'tar'; readonly tar: Descriptor; readonly gzip?: LayerGzip | undefined }
    | {
        readonly origin: 'imports';
        readonly files: readonly { readonly name: string; readonly imports: Digest }[];
      }
  );

/** How a tar was packed by somebody else: the member's header in hexadecimal, and the number of the encoder. */
export interface LayerGzip {
  readonly header: string;
  readonly encoder: number;
}

/** Objects that travel together. */
export type BundleGroup = {
  readonly holds: (typeof holdings)[number];
  /** Bytes that it has of the bundle's payload, behind those of the groups before. */
  readonly payload: number;
  readonly objects: readonly BundleObject[];
} & (
  | { readonly encoding: 'raw' }
  | { readonly encoding: 'brotli' }
  | ({ readonly encoding: 'delta' } & TakenApart & Mixed)
  | ({ readonly encoding: 'class' } & TakenApart & Mixed)
  | ({ readonly encoding: 'native' } & TakenApart & Mixed)
  | ({ readonly encoding: 'typed' } & TakenApart & Mixed)
  | ({ readonly encoding: 'inflated' } & TakenApart)
);

interface TakenApart {
  /** Bytes, before and after packing. */
  readonly skeleton: { readonly size: number; readonly packed: number };
  readonly bases: readonly BundleBase[];
}

interface Mixed {
  /** Most bytes of streams of its difference that are mixed, or that mixed values have: what takes the longest to read. */
  readonly mixed?: number | undefined;
}

/** Bytes of streams of a group that are mixed, or that mixed values have. */
export function mixedBytes(group: BundleGroup): number {
  return ('mixed' in group ? group.mixed : undefined) ?? 0;
}

export type BundleObject = v.InferOutput<typeof object>;
export type BundleBase = v.InferOutput<typeof base>;

const digest = v.custom<Digest>((value) => typeof value === 'string' && isDigest(value), 'a sha256 digest');
const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const blob = { digest, size };
const kind = v.picklist(['file', 'tree', 'tar']);

/** What groups hold, in the order in which they stand in a list. Texts are import manifests, and the documents of images. */
const holdings = ['texts', 'blocks', 'layers'] as const;

const imageName = v.pipe(v.string(), v.check(isTagged, 'a name of an image'));
const name = v.optional(imageName);

/** Names of images that a list has of a kind, at most. */
export const mostNames = 100;

const names = v.optional(
  v.pipe(
    v.array(imageName),
    v.minLength(1),
    v.maxLength(mostNames),
    v.check((all) => new Set(all).size === all.length, 'each name once'),
  ),
);

const wantedImage = v.strictObject({ name, mediaType: v.string(), ...blob });

const companion = v.strictObject({
  name,
  mediaType: v.string(),
  artifactType: v.optional(v.string()),
  ...blob,
});

const importsName = v.pipe(v.string(), v.check(isImportsName, 'a name of an import manifest'));

const layerOrigin = v.variant('origin', [
  /** The site has the blob: it is a prerequisite. */
  v.strictObject({ ...blob, origin: v.literal('present') }),
  /** The bundle has the blob. */
  v.strictObject({ ...blob, origin: v.literal('carried'), mediaType: v.string() }),
  /** Made of the blocks of the import manifest that has this digest; it says how. */
  v.strictObject({ ...blob, origin: v.literal('segments'), imports: digest }),
  /** Made of a tar that a group brings or that the site has, as the layers of base images are. */
  v.strictObject({
    ...blob,
    origin: v.literal('tar'),
    tar: v.strictObject(blob),
    /** Undefined for a layer that is the tar itself. */
    gzip: v.optional(
      v.strictObject({
        header: v.pipe(v.string(), v.regex(/^1f8b08(?:[0-9a-f]{2}){7,1024}$/)),
        encoder: size,
      }),
    ),
  }),
  /** The layer that holds these import manifests. */
  v.strictObject({
    ...blob,
    origin: v.literal('imports'),
    files: v.pipe(v.array(v.strictObject({ name: importsName, imports: digest })), v.minLength(1)),
  }),
]);

const object = v.strictObject({
  ...blob,
  kind,
  /** True where it is an archive whose skeleton stands in the group. */
  apart: v.boolean(),
  /** What it is written against: places among the group's bases. */
  bases: v.array(size),
});

/** What the site has, or a group before has brought. */
const base = v.strictObject({ ...blob, kind });

const skeleton = v.strictObject({ size, packed: size });
const held = { holds: v.picklist(holdings), payload: size };
const alone = v.pipe(v.array(object), v.length(1));
const together = v.pipe(v.array(object), v.minLength(1));

/** How objects travel: a closed list, so that nobody begins what he cannot end. */
const group = v.variant('encoding', [
  /** The payload is the object. */
  v.strictObject({ ...held, encoding: v.literal('raw'), objects: alone }),
  /** The payload is the object in brotli. */
  v.strictObject({ ...held, encoding: v.literal('brotli'), objects: alone }),
  /**
   * Archives taken apart: skeletons, and then a difference that makes the contents, for `class` one that levels class files, for `native` one that also predicts
   * references; for `typed` the contents with their class files taken apart.
   */
  v.strictObject({
    ...held,
    encoding: v.picklist(['delta', 'class', 'native', 'typed']),
    mixed: v.optional(v.pipe(size, v.minValue(1))),
    skeleton,
    bases: v.array(base),
    objects: together,
  }),
  /** The same, but that the contents are packed. */
  v.strictObject({
    ...held,
    encoding: v.literal('inflated'),
    skeleton,
    bases: v.array(base),
    objects: together,
  }),
]);

const document = v.strictObject({
  version: v.literal(1),
  images: v.pipe(v.array(wantedImage), v.minLength(1)),
  companions: v.optional(v.pipe(v.array(companion), v.minLength(1))),
  since: names,
  have: names,
  documents: v.pipe(v.array(digest), v.minLength(1)),
  layers: v.array(layerOrigin),
  groups: v.array(group),
});

/** JSON without white space, keys in the order of the specification. */
export function encodeBundleDocument(bundle: BundleDocument): Uint8Array {
  const bytes = new TextEncoder().encode(JSON.stringify(v.parse(document, bundle)));
  if (bytes.length <= documentLimit) return bytes;
  throw bundleInvalid('The bundle to be made', `it lists too much: more than ${documentLimit} bytes`);
}

/**
 * @param name of the bundle, for messages
 * @throws BUNDLE_INVALID; INPUT_UNSUPPORTED for another version, or something in it that this version does not know
 */
export function parseBundleDocument(bytes: Uint8Array, name: string): BundleDocument {
  const json = parseJsonDocument(bytes, `The list of ${name}`);
  refuseNewer(json, name);
  const parsed = v.safeParse(document, json);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const where = v.getDotPath(issue) ?? 'its list';
    throw bundleInvalid(name, `${where}: expected ${issue.expected}, found ${issue.received}`);
  }
  checkReferences(parsed.output, name);
  return parsed.output;
}

const encodings: readonly unknown[] = ['raw', 'brotli', 'delta', 'class', 'native', 'typed', 'inflated'];
const origins: readonly unknown[] = ['present', 'carried', 'segments', 'tar', 'imports'];

function refuseNewer(json: unknown, name: string): void {
  const { version, groups, layers } = Object(json);
  if (version !== 1 && Number.isInteger(version)) throw unknownThing(name, `is of version ${version}`);
  for (const { encoding } of listOf(groups))
    if (typeof encoding === 'string' && !encodings.includes(encoding))
      throw unknownThing(name, `uses the encoding ${JSON.stringify(encoding)}`);
  for (const { origin } of listOf(layers))
    if (typeof origin === 'string' && !origins.includes(origin))
      throw unknownThing(name, `has a layer of the origin ${JSON.stringify(origin)}`);
}

function listOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(Object) : [];
}

function unknownThing(name: string, what: string): BlockPackError {
  return new BlockPackError('INPUT_UNSUPPORTED', `${name} ${what}, which this version does not know`, {
    hint: 'Use a newer block-pack.',
    details: { name },
  });
}

/** Nothing stands twice, and whatever is referred to is there. */
function checkReferences(
  { images, companions = [], documents, layers, groups }: BundleDocument,
  name: string,
): void {
  once([...documents.map((one) => ({ digest: one })), ...layers], name);
  namedOnce([...images, ...companions], name);
  once(
    groups.flatMap(({ objects }) => objects),
    name,
  );
  const order = groups.map(({ holds }) => holdings.indexOf(holds));
  if (order.some((one, at) => one < (order[at - 1] ?? 0)))
    throw bundleInvalid(name, 'its groups are not in the order of texts, blocks, layers');
  for (const group of groups) checkKinds(group, name);
  checkTars(layers, name);
  for (const one of groups) checkBases(one, name);
  if (areTooManyGroups(groups)) throw bundleInvalid(name, 'it has more groups than their objects are worth');
}

/** A layer that is a tar itself has the tar's digest. */
function checkTars(layers: readonly LayerOrigin[], name: string): void {
  for (const layer of layers)
    if (layer.origin === 'tar' && layer.gzip === undefined && layer.tar.digest !== layer.digest)
      throw bundleInvalid(name, `the layer ${layer.digest} is not said to be packed, and is another tar`);
}

/** Texts are files, blocks are files and trees, and layers are tars of others. */
function checkKinds({ holds, objects }: BundleGroup, name: string): void {
  const wrong = objects.find(({ kind }) => (kind === 'tar') !== (holds === 'layers'));
  if (wrong !== undefined) throw bundleInvalid(name, `${wrong.digest} is a ${wrong.kind} among ${holds}`);
}

function checkBases(group: BundleGroup, name: string): void {
  const bases = group.encoding === 'raw' || group.encoding === 'brotli' ? [] : group.bases;
  for (const object of group.objects) {
    const wrong = object.bases.find((one) => one >= bases.length);
    if (wrong !== undefined || new Set(object.bases).size < object.bases.length)
      throw bundleInvalid(name, `the bases of ${object.digest} are not there, or stand twice`);
  }
}

function once(blobs: readonly { readonly digest: Digest }[], name: string): void {
  const seen = new Set<Digest>();
  for (const one of blobs) {
    if (seen.has(one.digest)) throw bundleInvalid(name, `${one.digest} stands twice in its list`);
    seen.add(one.digest);
  }
}

/** What has no name is published under its digest. */
function namedOnce(members: readonly WantedImage[], name: string): void {
  const seen = new Set<string>();
  for (const member of members) {
    const key = member.name ?? member.digest;
    if (seen.has(key)) throw bundleInvalid(name, `it brings two images under the name ${key}`);
    seen.add(key);
  }
}

/** The error of every bundle that is not as the specification has it. */
export function bundleInvalid(name: string, flaw: string, cause?: unknown): BlockPackError {
  return new BlockPackError('BUNDLE_INVALID', `${name} is not as a bundle has it: ${flaw}`, {
    hint: 'Copy the bundle again; if it stays so, make it again.',
    details: { name },
    cause,
  });
}
