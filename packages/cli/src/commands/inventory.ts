import { resolve } from 'node:path';
import { digestOf, encodeInventory, type InventoryKind } from '@block-pack/core';
import { writeFileAtomic } from '@block-pack/store';
import { HeldImages } from '../bundle/held-images.ts';
import { addAll, addOne, type Holding, type OpenedImages, refuseSource } from '../bundle/holdings.ts';
import { parseHoldings } from '../bundle/pasts.ts';
import { byteSize, count } from '../byte-size.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { printable } from '../table.ts';

export interface InventoryCommandOptions {
  readonly output: string;
}

/** Writes down what is here, so that a bundle can be made for it somewhere else. */
export async function inventory(
  names: readonly string[],
  options: InventoryCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  const held = new HeldImages();
  const output = resolve(context.directory, options.output);
  const holdings = parseHoldings(names, context);
  refuseSource(output, holdings);
  const opened: OpenedImages = [];
  try {
    for (const holding of holdings) {
      context.progress.show(`reading ${holding.text}`);
      await (isOneImage(holding) ? addOne : addAll)(held, holding, opened);
    }
  } finally {
    for (const images of opened) images.close();
  }
  const { entries } = held.inventory;
  const text = encodeInventory({ entries });
  await writeFileAtomic(output, text);
  const counted = (kind: InventoryKind) => entries.filter((one) => one.kind === kind).length;
  const counts = {
    images: counted('image'),
    imports: counted('imports'),
    blobs: counted('blob'),
    blocks: counted('block'),
  };
  const described = entries.reduce((sum, { size }) => sum + size, 0);
  return {
    document: {
      output,
      digest: digestOf(new TextEncoder().encode(text)),
      bytes: text.length,
      ...counts,
      describedBytes: described,
    },
    text: (console) =>
      `${console.bold(`${byteSize(text.length)} that list ${byteSize(described)}`)}\n\n${[
        count(counts.images, 'manifest and index', 'manifests and indexes'),
        count(counts.imports, 'import manifest'),
        count(counts.blobs, 'blob'),
        count(counts.blocks, 'block'),
      ].join(', ')}\ninventory  ${printable(output)}\n`,
    exitCode: 0,
  };
}

function isOneImage(holding: Holding): boolean {
  if (holding.kind !== 'images') return false;
  return holding.place.reference !== undefined || holding.place.digest !== undefined;
}
