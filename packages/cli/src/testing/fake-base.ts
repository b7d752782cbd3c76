import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Workplace } from './workplace.ts';

/** An entry of a base's layer: a file with its content, a link with what it leads to, a directory with its mode. */
export type BaseEntry =
  | { readonly file: string; readonly content: string | Uint8Array }
  | { readonly link: string; readonly to: string }
  | { readonly directory: string; readonly mode?: number; readonly uid?: number };

export interface BaseOptions {
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
  /** How the image is run, as its config says it. */
  readonly run?: object;
  readonly layerType?: string;
  /** How the layer's tar is packed, where its type says so. */
  readonly pack?: (tar: Buffer) => Uint8Array;
  readonly manifestType?: string;
  /** Written in the place of what is so: lies. */
  readonly lies?: { readonly diffId?: string; readonly layerSize?: number; readonly layerDigest?: string };
}

interface Written {
  readonly digest: string;
  readonly size: number;
}

const gzipLayer = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** Writes an image layout with a base as another tool would make it, of one layer. @param tag in the layout `base` */
export function writeBase(
  work: Workplace,
  tag: string,
  entries: readonly BaseEntry[],
  options: BaseOptions = {},
): Written {
  const tar = tarOf(entries);
  const {
    layerType = gzipLayer,
    lies = {},
    pack = (tar) => gzipSync(tar),
    manifestType = 'application/vnd.oci.image.manifest.v1+json',
  } = options;
  const layer = put(work, layerType.endsWith('gzip') ? Buffer.from(pack(tar)) : tar);
  const config = putJson(work, {
    ...(options.platform ?? { os: 'linux', architecture: 'amd64' }),
    config: options.run ?? {},
    rootfs: { type: 'layers', diff_ids: [lies.diffId ?? sha256(tar)] },
    'x-kept': 'by whoever builds upon it',
  });
  const described = { digest: lies.layerDigest ?? layer.digest, size: lies.layerSize ?? layer.size };
  const manifest = putJson(work, {
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: [{ mediaType: layerType, ...described }],
  });
  addTag(work, tag, { mediaType: manifestType, ...manifest });
  return manifest;
}

/** Makes an index of images that were written before. */
export function writeBaseIndex(
  work: Workplace,
  tag: string,
  members: readonly (Written & { readonly platform: object })[],
): void {
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const manifests = members.map((member) => ({
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    ...member,
  }));
  addTag(work, tag, { mediaType, ...putJson(work, { schemaVersion: 2, mediaType, manifests }) });
}

function addTag(work: Workplace, tag: string, descriptor: object): void {
  const index = existsSync(work.path('base/index.json'))
    ? JSON.parse(work.read('base/index.json'))
    : { manifests: [] };
  const entry = { ...descriptor, annotations: { 'org.opencontainers.image.ref.name': tag } };
  work.write('base/oci-layout', '{"imageLayoutVersion":"1.0.0"}');
  work.write('base/index.json', JSON.stringify({ schemaVersion: 2, manifests: [...index.manifests, entry] }));
}

function putJson(work: Workplace, document: object): Written {
  return put(work, Buffer.from(JSON.stringify(document)));
}

function put(work: Workplace, bytes: Buffer): Written {
  const digest = sha256(bytes);
  work.write(`base/blobs/sha256/${digest.slice(7)}`, bytes);
  return { digest, size: bytes.length };
}

function sha256(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** The tar of a layer. */
export function tarOf(entries: readonly BaseEntry[]): Buffer {
  return Buffer.concat([...entries.map(member), Buffer.alloc(1024)]);
}

function member(entry: BaseEntry): Buffer {
  if ('link' in entry) return header(entry.link, '2', 0o777, 0, 0, entry.to);
  if ('directory' in entry) return header(`${entry.directory}/`, '5', entry.mode ?? 0o755, entry.uid ?? 0, 0);
  const content = Buffer.from(entry.content);
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header(entry.file, '0', 0o644, 0, content.length), content, padding]);
}

function header(name: string, type: string, mode: number, uid: number, size: number, link = ''): Buffer {
  const block = Buffer.alloc(512);
  const octal = (value: number, at: number, digits: number) =>
    block.write(value.toString(8).padStart(digits, '0'), at);
  block.write(name, 0);
  octal(mode, 100, 7);
  octal(uid, 108, 7);
  octal(uid, 116, 7);
  octal(size, 124, 11);
  octal(0, 136, 11);
  block.write(' '.repeat(8), 148);
  block.write(type, 156);
  block.write(link, 157);
  block.write('ustar\u000000', 257);
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  );
  block[154] = 0;
  return block;
}
