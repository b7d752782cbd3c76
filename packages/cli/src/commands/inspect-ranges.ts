import { BlockPackError, type LayerRanges, layerRanges } from '@block-pack/core';
import { openImages, parsePlace, type Store } from '@block-pack/store';
import { byteSize, count } from '../byte-size.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { Console } from '../console.ts';
import { type DescribedImports, describeImages } from '../image/describe-image.ts';
import { storeIfThere } from '../store-if-there.ts';
import { printable } from '../table.ts';

/** Says which bytes of an image's layers the store lacks: what has to be read of them to have all blocks, and so all layers. */
export async function inspectRanges(name: string, context: CommandContext): Promise<Outcome> {
  const store = await storeIfThere(context.storeDirectory);
  const images = await openImages(parsePlace(name, context.directory));
  try {
    const { descriptor } = await images.find();
    const described = await describeImages(images, store);
    if (described.some(({ form }) => form === 'native')) throw nativeImage(name);
    const needs: LayerNeed[] = [];
    for (const imports of described.flatMap((image) => image.imports))
      needs.push(await needOf(imports, store));
    return {
      document: { image: name, digest: descriptor.digest, layers: needs.map(needDocument) },
      text: (console) => needsText(name, needs, console),
      exitCode: 0,
    };
  } finally {
    images.close();
  }
}

interface LayerNeed {
  readonly imports: DescribedImports;
  readonly ranges: LayerRanges;
}

async function needOf(imports: DescribedImports, store: Store | undefined): Promise<LayerNeed> {
  return { imports, ranges: await layerRanges(imports.manifest, store ?? { has: async () => false }) };
}

function needDocument({ imports: { name, recipe }, ranges: { ranges, bytes, missing } }: LayerNeed): object {
  return {
    imports: name,
    digest: recipe.layer.digest,
    size: recipe.layer.size,
    ranges,
    bytes,
    missing: missing.map(({ path, digest }) => ({ path, digest })),
  };
}

function needsText(name: string, needs: readonly LayerNeed[], console: Console): string {
  const bytes = needs.reduce((sum, { ranges }) => sum + ranges.bytes, 0);
  const size = needs.reduce((sum, { imports }) => sum + imports.recipe.layer.size, 0);
  const headline = `${printable(name)}: ${byteSize(bytes)} of ${byteSize(size)} missing`;
  return [`${console.bold(headline)}\n`, ...needs.map(needText)].join('');
}

/** Ranges as HTTP writes them: with the last byte. */
function needText({ imports, ranges: { ranges, bytes, missing } }: LayerNeed): string {
  const { name, recipe, lines } = imports;
  return [
    `\n${name}: ${count(missing.length, 'block')} of ${count(lines.length, 'import')} missing, ${byteSize(bytes)} of ${recipe.layer.digest}\n`,
    ...ranges.map(({ offset, length }) => `  bytes=${offset}-${offset + length - 1}\n`),
  ].join('');
}

function nativeImage(name: string): BlockPackError {
  return new BlockPackError(
    'USAGE',
    `${name} is a native image: its blocks are blobs of their own, not ranges of layers`,
    {
      hint: 'Leave --ranges out; the blocks that the store lacks are marked.',
      details: { place: name },
    },
  );
}
