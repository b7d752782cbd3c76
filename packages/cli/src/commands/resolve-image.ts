import { resolve as resolvePath } from 'node:path';
import { BlockPackError, type ImagePath } from '@block-pack/core';
import {
  openImages,
  type Place,
  type PlaceMethod,
  parsePlace,
  type ResolveImageOptions,
  type ResolveImageReport,
  resolveImage,
  rootImage,
  type Store,
} from '@block-pack/store';
import { firstOf } from '../blob-sources.ts';
import { byteSize, count } from '../byte-size.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { Console } from '../console.ts';
import { leaseWherePossible } from '../lease-where-possible.ts';
import { oneImage } from '../one-image.ts';
import { placedBy } from '../placed-by.ts';
import { storeIfThere } from '../store-if-there.ts';
import { printable } from '../table.ts';

/** What `resolve` takes for an image. */
export interface ResolveImageCommandOptions {
  readonly strip: ImagePath | undefined;
  readonly method: PlaceMethod;
  readonly platform?: string;
  readonly rootless?: boolean;
}

/** True for what can only mean a place of images, also of a kind that is not read yet. */
export function looksLikePlace(name: string): boolean {
  return /^(oci|oci-archive|docker-archive|docker|docker-daemon|containers-storage|dir):/.test(name);
}

export async function resolveFromPlace(
  name: string,
  target: string,
  options: ResolveImageCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  if (options.strip !== undefined) {
    throw new BlockPackError('USAGE', '--strip is for import manifests, and this is an image', {
      hint: 'Leave it out: an image becomes a whole root file system.',
    });
  }
  const place = parsePlace(name, context.directory);
  // An image needs no store, unless its blocks are there alone.
  const store = await storeIfThere(context.storeDirectory);
  const lease = store && (await leaseWherePossible(store));
  try {
    const { digest, report } = await resolved(place, store, target, options, context);
    warnOfLosses(report, context);
    return {
      document: { image: name, digest, ...report },
      text: (console) => resolvedText(report, target, console),
      exitCode: 0,
    };
  } finally {
    await lease?.release();
  }
}

async function resolved(
  place: Place,
  store: Store | undefined,
  target: string,
  options: ResolveImageCommandOptions,
  context: CommandContext,
) {
  const images = await openImages(place);
  try {
    const blobs = firstOf(store === undefined ? [images.blobs] : [images.blobs, store]);
    const found = await oneImage(images, options.platform);
    const image = await rootImage(found, blobs, place.text);
    const how = placing(place, store, options, context);
    const report = await resolveImage(image, blobs, resolvePath(context.directory, target), how);
    return { digest: found.descriptor.digest, report };
  } finally {
    images.close();
  }
}

function placing(
  place: Place,
  store: Store | undefined,
  { method, rootless = false }: ResolveImageCommandOptions,
  { signal, progress }: CommandContext,
): ResolveImageOptions {
  return {
    method,
    owners: process.getuid?.() === 0 && !rootless,
    signal,
    apart: [...(place.kind === 'oci' ? [place.path] : []), ...(store === undefined ? [] : [store.directory])],
    ...(store === undefined ? {} : { cacheDirectory: store.cacheDirectory }),
    onProgress: ({ phase, parts, totalParts }) =>
      progress.show(`${phase} layer ${parts + 1} of ${totalParts}`),
  };
}

function warnOfLosses({ leftOut, xattrs }: ResolveImageReport, context: CommandContext): void {
  if (leftOut.length > 0) {
    const some = leftOut.slice(0, 3).join(', ') + (leftOut.length > 3 ? ', ...' : '');
    context.warn({
      code: 'DEVICES_LEFT_OUT',
      message: `${count(leftOut.length, 'device or pipe', 'devices and pipes')} left out, which only a runtime makes: ${some}`,
    });
  }
  if (xattrs > 0) {
    context.warn({
      code: 'XATTRS_LEFT_OUT',
      message: `${count(xattrs, 'file')} without the extended attributes that the image has, such as capabilities`,
    });
  }
}

function resolvedText(report: ResolveImageReport, target: string, console: Console): string {
  const { files, bytes, layers, imports, owners, setIds } = report;
  const amount = console.bold(`${count(files, 'file')}, ${byteSize(bytes)}`);
  const blocks = imports === 0 ? '' : ` and ${count(imports, 'import')} ${placedBy[report.method]}`;
  const ids = setIds === 0 ? '' : `, and ${count(setIds, 'file')} without set-id bits`;
  return [
    `${amount} of ${count(layers, 'layer')}${blocks} placed in ${printable(target)}\n`,
    owners ? '' : `all belong to you${ids}: only root can give them their owners\n`,
  ].join('');
}
