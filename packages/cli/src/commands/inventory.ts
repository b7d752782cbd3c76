import { resolve } from 'node:path';
import { digestOf, encodeInventory, type InventoryKind } from '@block-pack/core';
import { writeFileAtomic } from '@block-pack/store';
import { HeldImages } from '../bundle/held-images.ts';
import { addAll, addOne, type Holding, type OpenedImages } from '../bundle/holdings.ts';
import { parseHoldings } from '../bundle/pasts.ts';
import { byteSize, count } from '../byte-size.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { refuseSource } from '../refuse-source.ts';
import { printable } from '../table.ts';

export interface InventoryCommandOptions {
  /** `-` for stdout. */
  readonly output: string;
}

/** Writes down what is here, so that a bundle can be made for it somewhere else. */
export async function inventory(
  names: readonly string[],
  options: InventoryCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  const held = new HeldImages();
  const output = options.output === '-' ? undefined : resolve(context.directory, options.output);
  const holdings = parseHoldings(names, context);
  if (output !== undefined) refuseSource(output, holdings);
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
  if (output !== undefined) await writeFileAtomic(output, text);
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
      output: output ?? null,
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
      ].join(', ')}\n${output === undefined ? '' : `inventory  ${printable(output)}\n`}`,
    exitCode: 0,
    ...(output === undefined && { data: text }),
  };
}

function isOneImage(holding: Holding): boolean {
  if (holding.kind !== 'images') return false;
  return holding.place.reference !== undefined || holding.place.digest !== undefined;
}
