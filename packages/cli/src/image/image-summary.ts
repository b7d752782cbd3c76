import {
  type ContentDescriptor,
  type Digest,
  type ImageForm,
  type ImportManifest,
  platformText,
} from '@block-pack/core';
import { byteSize, count } from '../byte-size.ts';
import type { Console } from '../console.ts';
import { table } from '../table.ts';
import type { BuiltImage, BuiltLayer } from './build-image.ts';
import type { PlatformImage } from './joined-images.ts';
import { type Publication, publicationDocument, publicationText } from './publish-image.ts';

/** A published image, and what it was made of. */
export interface ImageResult {
  readonly form: ImageForm;
  readonly root: ContentDescriptor;
  readonly built: readonly BuiltImage[];
  readonly images: readonly PlatformImage[];
  readonly output: Publication;
}

/** The `--json` document of an image. */
export type ImageDocument = ReturnType<typeof imageDocument>;

export function imageDocument({ form, root, built, images, output }: ImageResult) {
  const { mediaType, digest, size } = root;
  return {
    form,
    image: { mediaType, digest, size },
    output: publicationDocument(output),
    images: images.map(({ platform, descriptor }) => {
      const own = built.find(({ manifest }) => manifest.descriptor.digest === descriptor.digest);
      return {
        platform: platformText(platform),
        manifest: descriptor.digest,
        ...(own === undefined
          ? {}
          : { config: own.config.descriptor.digest, layers: layersOf(own).map(layerDocument) }),
      };
    }),
    store: output.store,
    tag: output.tag,
  };
}

/** A layer, and where it comes from. */
type ShownLayer =
  | { readonly kind: 'base' | 'imports-layer'; readonly digest: Digest; readonly size: number }
  | { readonly kind: 'imports'; readonly layer: BuiltLayer };

function layersOf({ base, layers, importsLayer }: BuiltImage): ShownLayer[] {
  return [
    ...(base.image?.manifest.layers ?? []).map(
      ({ digest, size }) => ({ kind: 'base', digest, size }) as const,
    ),
    ...layers.map((layer) => ({ kind: 'imports', layer }) as const),
    { kind: 'imports-layer', digest: importsLayer.digest, size: importsLayer.size },
  ];
}

function layerDocument(shown: ShownLayer): object {
  if (shown.kind !== 'imports') return shown;
  const { name, manifest, digest, size, diffId, copied, recipe } = shown.layer;
  return {
    kind: shown.kind,
    digest,
    size,
    diffId,
    name,
    imports: manifest.imports.length,
    blocks: blocksOf(manifest),
    copied,
    encoding: recipe.encoding,
  };
}

function blocksOf({ imports }: ImportManifest): number {
  return new Set(imports.map(({ digest }) => digest)).size;
}

export function imageText(result: ImageResult, console: Console): string {
  const { built, images, form, output, root } = result;
  const platforms = images.map(({ platform }) => platformText(platform)).join(', ');
  const news = output.newBytes === 0 ? 'nothing new' : `${byteSize(output.newBytes)} new`;
  const kind = form === 'native' ? 'native image' : 'image';
  return [
    `${console.bold(`${kind} for ${platforms}, ${byteSize(output.bytes)}: ${news}`)}\n\n`,
    ...built.map((image) => layersText(image, built.length > 1)),
    built.length > 0 ? '\n' : '',
    publicationText(root, output),
  ].join('');
}

function layersText(image: BuiltImage, several: boolean): string {
  const heading = several ? `${platformText(image.base.platform)}\n` : '';
  const columns = [{ title: 'SIZE', align: 'right' }, { title: 'LAYER' }, { title: '' }] as const;
  return heading + table(columns, layersOf(image).map(row));
}

function row(shown: ShownLayer): string[] {
  switch (shown.kind) {
    case 'base':
      return [byteSize(shown.size), 'base', ''];
    case 'imports-layer':
      return [byteSize(shown.size), 'import manifests', ''];
    case 'imports': {
      const { name, manifest, copied, size } = shown.layer;
      const known = copied === 0 ? '' : `, ${copied} as before`;
      return [byteSize(size), name, `${count(manifest.imports.length, 'import')}${known}`];
    }
  }
}
