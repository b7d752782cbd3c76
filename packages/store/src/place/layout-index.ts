import {
  BlockPackError,
  type Bytes,
  collect,
  documentLimit,
  imageInvalid,
  parseImageIndex,
  parseJsonDocument,
} from '@block-pack/core';
import { refName } from '../index-file.ts';
import type { ListedImage } from './images.ts';

/** A small file of a layout; undefined where there is none. */
export type LayoutFile = (
  name: string,
) => Promise<{ readonly size: number; read(): Bytes } | undefined> | undefined;

/**
 * What the index of an image layout names.
 * @param name the place, for messages
 * @throws INPUT_UNSUPPORTED for what is no layout, IMAGE_INVALID
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
 */
export async function listLayout(name: string, file: LayoutFile): Promise<readonly ListedImage[]> {
  const marker = await document(name, 'oci-layout', file);
  if (marker === undefined) throw noLayout(name);
  checkVersion(parseJsonDocument(marker, `oci-layout of ${name}`), name);
  const bytes = await document(name, 'index.json', file);
  if (bytes === undefined)
    throw imageInvalid(name, 'it has no index.json: a copy of it was interrupted, or it is lost');
  const { manifests } = parseImageIndex(bytes, `index.json of ${name}`);
  return manifests.map((descriptor) => {
    const tag = descriptor.annotations?.[refName];
    return { names: tag === undefined ? [] : [tag], descriptor };
  });
}

async function document(place: string, name: string, file: LayoutFile): Promise<Uint8Array | undefined> {
  const found = await file(name);
  return found && collect(found.read(), documentLimit, `${name} of ${place}`);
}

function checkVersion(marker: unknown, name: string): void {
  const version =
    typeof marker === 'object' && marker !== null && 'imageLayoutVersion' in marker
      ? marker.imageLayoutVersion
      : undefined;
  if (version === '1.0.0') return;
  throw imageInvalid(
    name,
    `its oci-layout says version ${JSON.stringify(version) ?? 'nothing'}, expected "1.0.0"`,
  );
}

function noLayout(name: string): BlockPackError {
  return new BlockPackError('INPUT_UNSUPPORTED', `${name} is no image layout: it has no oci-layout`, {
    hint: 'An image that docker save wrote is a docker-archive:FILE; skopeo copy makes an image layout of any image.',
    details: { place: name },
  });
}
