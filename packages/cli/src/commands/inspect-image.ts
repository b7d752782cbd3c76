import { importKind, importSize } from '@block-pack/core';
import { openImages, parsePlace } from '@block-pack/store';
import { byteSize, count } from '../byte-size.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { Console } from '../console.ts';
import {
  blocksOf,
  type DescribedImage,
  type DescribedImports,
  type DescribedLayer,
  describeImages,
  lineDocument,
} from '../image/describe-image.ts';
import { storeIfThere } from '../store-if-there.ts';
import { printable, table } from '../table.ts';

/** Shows a place's image as layers, imports and blocks. */
export async function inspectPlace(name: string, context: CommandContext): Promise<Outcome> {
  const store = await storeIfThere(context.storeDirectory);
  const images = await openImages(parsePlace(name, context.directory));
  try {
    const { descriptor } = await images.find();
    const described = await describeImages(images, store);
    return {
      document: { image: name, digest: descriptor.digest, images: described.map(imageDocument) },
      text: (console) => described.map((image) => imageText(name, image, console)).join('\n'),
      exitCode: 0,
    };
  } finally {
    images.close();
  }
}

function imageDocument({ imports, ...image }: DescribedImage): object {
  return {
    ...image,
    imports: imports.map((one) => ({
      name: one.name,
      packer: one.manifest.packer,
      encoding: one.recipe.encoding,
      layer: one.recipe.layer.digest,
      diffId: one.recipe.diffId,
      ...blocksOf([one]),
      imports: one.lines.map(lineDocument),
    })),
  };
}

function imageText(name: string, image: DescribedImage, console: Console): string {
  const { platform, form, bytes, layers, imports } = image;
  const { blocks } = blocksOf(imports);
  const headline = `${printable(name)}: ${count(layers.length, 'layer')}, ${count(blocks, 'block')}, ${byteSize(bytes)}`;
  return [
    `${console.bold(headline)} for ${printable(platform)}${form === 'native' ? ', native' : ''}\n`,
    `${image.digest}\n\n`,
    table(
      layerColumns,
      layers.map((layer) => layerRow(layer, imports)),
    ),
    ...imports.map((one) => `\n${importsText(one, console)}`),
  ].join('');
}

const layerColumns = [{ title: 'LAYER' }, { title: 'SIZE', align: 'right' }, { title: 'HOLDS' }] as const;

function layerRow(
  { digest, size, kind, imports }: DescribedLayer,
  all: readonly DescribedImports[],
): string[] {
  return [
    short(digest),
    byteSize(size),
    holds(
      kind,
      all.find(({ name }) => name === imports),
    ),
  ];
}

function holds(kind: DescribedLayer['kind'], imports: DescribedImports | undefined): string {
  switch (kind) {
    case 'plain':
      return 'files of another tool';
    case 'imports':
      return 'import manifests';
    case 'derived':
      return imports === undefined ? '' : `${imports.name}: ${count(imports.lines.length, 'import')}`;
  }
}

function importsText({ name, lines, recipe }: DescribedImports, console: Console): string {
  const rows = lines.map(({ line, packed, inStore }) => [
    short(line.digest),
    byteSize(importSize(line) ?? 0),
    byteSize(packed),
    line.attributes.get('purl') ?? '',
    `${line.path}${importKind(line) === 'tree' && line.path !== '/' ? '/' : ''}${inStore ? '' : ' (block not in the store)'}`,
  ]);
  const columns = [
    { title: 'BLOCK' },
    { title: 'SIZE', align: 'right' },
    { title: 'PACKED', align: 'right' },
    { title: 'COMPONENT' },
    { title: 'PATH' },
  ] as const;
  return `${console.bold(name)}: ${count(lines.length, 'import')} by ${recipe.encoding}\n\n${table(columns, rows)}`;
}

function short(digest: string): string {
  return digest.slice('sha256:'.length, 'sha256:'.length + 12);
}
