import * as v from 'valibot';
import type { Descriptor } from '../blob.ts';
import { type Digest, isDigest } from '../digest.ts';
import { BlockPackError } from '../error.ts';
import { imageManifestMediaType } from '../imports-artifact.ts';
import { mapOf } from '../map-of.ts';
import { imageInvalid, parseJsonDocument } from './json-document.ts';
import { type ImageDocumentKind, imageDocumentKind, imageIndexMediaType } from './media-types.ts';
import type { Platform } from './platform.ts';

/**
 * Which bytes are meant, and what they are. Fields that are not named here are kept.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md
 */
export interface ContentDescriptor extends Descriptor {
  readonly mediaType: string;
  readonly artifactType?: string | undefined;
  readonly annotations?: Annotations | undefined;
  readonly platform?: Platform | undefined;
}

export type Annotations = Readonly<Record<string, string>>;

/** @see https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md */
export interface ImageManifest {
  readonly schemaVersion: 2;
  readonly mediaType: string;
  readonly artifactType?: string | undefined;
  readonly config: ContentDescriptor;
  readonly layers: readonly ContentDescriptor[];
  /** The blocks that a native image imports. @see https://github.com/opencontainers/image-spec/issues/1270 */
  readonly blocks?: readonly ContentDescriptor[] | undefined;
  readonly subject?: ContentDescriptor | undefined;
  readonly annotations?: Annotations | undefined;
}

/** @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md */
export interface ImageIndex {
  readonly schemaVersion: 2;
  readonly mediaType: string;
  readonly manifests: readonly ContentDescriptor[];
  readonly annotations?: Annotations | undefined;
}

/** @see https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md */
export type ImageConfig = Readonly<v.InferOutput<typeof imageConfig>>;
export type ImageHistory = Readonly<v.InferOutput<typeof history>>;
export type RunConfig = Readonly<v.InferOutput<typeof runConfig>>;

const digest = v.custom<Digest>((value) => typeof value === 'string' && isDigest(value), 'a sha256 digest');
const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const strings = v.array(v.string());
const annotations = maybe(mapOf(v.string()));

const platform = v.looseObject({
  os: v.string(),
  architecture: v.string(),
  variant: v.optional(v.string()),
});

const descriptor = v.looseObject({
  mediaType: v.string(),
  digest,
  size,
  artifactType: v.optional(v.string()),
  annotations,
  platform: v.optional(platform),
});

const imageManifest = v.looseObject({
  schemaVersion: v.literal(2),
  mediaType: v.optional(v.string()),
  artifactType: v.optional(v.string()),
  config: descriptor,
  layers: v.array(descriptor),
  blocks: v.optional(v.array(descriptor)),
  subject: v.optional(descriptor),
  annotations,
});

const imageIndex = v.looseObject({
  schemaVersion: v.literal(2),
  mediaType: v.optional(v.string()),
  manifests: v.array(descriptor),
  annotations,
});

const history = v.looseObject({
  created: v.optional(v.string()),
  created_by: v.optional(v.string()),
  comment: v.optional(v.string()),
  empty_layer: v.optional(v.boolean()),
});

const runConfig = v.looseObject({
  User: v.optional(v.string()),
  ExposedPorts: maybe(mapOf(v.looseObject({}))),
  Env: maybe(strings),
  Entrypoint: maybe(strings),
  Cmd: maybe(strings),
  Volumes: maybe(mapOf(v.looseObject({}))),
  WorkingDir: v.optional(v.string()),
  Labels: maybe(mapOf(v.string())),
  StopSignal: v.optional(v.string()),
});

const imageConfig = v.looseObject({
  created: v.optional(v.string()),
  architecture: v.string(),
  os: v.string(),
  variant: v.optional(v.string()),
  config: maybe(runConfig),
  rootfs: v.looseObject({ type: v.literal('layers'), diff_ids: v.array(digest) }),
  history: maybe(v.array(history)),
});

/** Go writes null for a list or map that is empty. */
function maybe<T extends v.GenericSchema>(schema: T) {
  return v.optional(
    v.pipe(
      v.nullable(schema),
      v.transform((value) => value ?? undefined),
    ),
  );
}

/**
 * @param name what the bytes are and where they come from, for messages
 * @param mediaType as the descriptor has it; a document that says another one is refused
 * @throws IMAGE_INVALID; INPUT_UNSUPPORTED for Docker's schema 1
 */
export function parseImageManifest(bytes: Uint8Array, name: string, mediaType?: string): ImageManifest {
  const json = parseJsonDocument(bytes, name);
  refuseSchema1(json, name);
  refuseTwoKinds(json, name, 'manifests');
  const manifest = parse(imageManifest, json, name);
  return {
    ...manifest,
    mediaType: agreed(manifest.mediaType, mediaType ?? imageManifestMediaType, 'manifest', name),
  };
}

/** @throws IMAGE_INVALID; INPUT_UNSUPPORTED for Docker's schema 1 */
export function parseImageIndex(bytes: Uint8Array, name: string, mediaType?: string): ImageIndex {
  const json = parseJsonDocument(bytes, name);
  refuseSchema1(json, name);
  refuseTwoKinds(json, name, 'layers');
  refuseTwoKinds(json, name, 'config');
  const index = parse(imageIndex, json, name);
  return { ...index, mediaType: agreed(index.mediaType, mediaType ?? imageIndexMediaType, 'index', name) };
}

/** @throws IMAGE_INVALID */
export function parseImageConfig(bytes: Uint8Array, name: string): ImageConfig {
  return parse(imageConfig, parseJsonDocument(bytes, name), name);
}

function parse<T extends v.GenericSchema>(schema: T, json: unknown, name: string): v.InferOutput<T> {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw imageInvalid(name, 'it is no JSON object');
  const parsed = v.safeParse(schema, json);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const where = v.getDotPath(issue) ?? 'the document';
  throw imageInvalid(
    name,
    `${where}: expected ${issue.expected ?? 'a whole number below 2^53'}, found ${issue.received}`,
  );
}

function refuseSchema1(json: unknown, name: string): void {
  if (typeof json !== 'object' || json === null || !('schemaVersion' in json) || json.schemaVersion !== 1)
    return;
  throw new BlockPackError(
    'INPUT_UNSUPPORTED',
    `${name} is of Docker's schema 1, which tools no longer write`,
    {
      hint: 'Convert the image first, for example with skopeo copy --format oci.',
      details: { name },
    },
  );
}

/** A document that is a manifest to one reader and an index to another hides what it leads to. */
function refuseTwoKinds(json: unknown, name: string, other: string): void {
  if (typeof json !== 'object' || json === null || !(other in json)) return;
  throw imageInvalid(name, `it has "${other}", which belongs into another kind of document`);
}

function agreed(inside: string | undefined, outside: string, kind: ImageDocumentKind, name: string): string {
  const mediaType = inside ?? outside;
  if (imageDocumentKind(mediaType) !== kind)
    throw imageInvalid(name, `its media type is ${mediaType}, which is no ${kind}`);
  if (imageDocumentKind(outside) !== kind)
    throw imageInvalid(name, `it was named as ${outside}, and is a ${kind}`);
  return mediaType;
}
