import { resolve as resolvePath } from 'node:path';
import { BlockPackError } from '@block-pack/core';
import { openStore, type PlaceMethod, type ResolveReport, resolveImports } from '@block-pack/store';
import { byteSize, count } from '../byte-size.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { Console } from '../console.ts';
import { leaseWherePossible } from '../lease-where-possible.ts';
import { placedBy } from '../placed-by.ts';
import { parsePrefix } from '../prefix.ts';
import { readManifest } from '../read-manifest.ts';
import { printable } from '../table.ts';
import { looksLikePlace, resolveFromPlace } from './resolve-image.ts';

export interface ResolveCommandOptions {
  readonly strip?: string;
  readonly method: string;
  readonly platform?: string;
  readonly rootless?: boolean;
}

export const placingMethods: readonly PlaceMethod[] = ['auto', 'reflink', 'hardlink', 'copy'];

/** @param name an import manifest, a tag of one, or a place of images */
export async function resolve(
  name: string,
  target: string,
  options: ResolveCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  const method = parseMethod(options.method);
  const strip = parsePrefix(options.strip, '--strip');
  if (looksLikePlace(name)) return resolveFromPlace(name, target, { ...options, method, strip }, context);
  refuseImageOptions(options);
  const store = await openStore(context.storeDirectory);
  const lease = await leaseWherePossible(store);
  try {
    const others = ['a place of images such as oci:DIR:tag'];
    const { manifest } = await readManifest(name, context.directory, store, others);
    const report = await resolveImports(manifest, store, resolvePath(context.directory, target), {
      method,
      signal: context.signal,
      ...(strip === undefined ? {} : { strip }),
      onProgress: ({ bytes }) => context.progress.show(`placing ${byteSize(bytes)}`),
    });
    return {
      document: { ...report },
      text: (console) => resolveText(report, target, console),
      exitCode: 0,
    };
  } finally {
    await lease?.release();
  }
}

/** @throws USAGE */
function parseMethod(text: string): PlaceMethod {
  const method = placingMethods.find((one) => one === text);
  if (method !== undefined) return method;
  throw new BlockPackError('USAGE', `--method ${text} is not known`, {
    hint: `Choose one of ${placingMethods.join(', ')}.`,
  });
}

/** @throws USAGE */
function refuseImageOptions({ platform, rootless }: ResolveCommandOptions): void {
  if (platform === undefined && rootless === undefined) return;
  const option = platform === undefined ? '--rootless' : '--platform';
  throw new BlockPackError('USAGE', `${option} is for images, and this is an import manifest`, {
    hint: 'Leave it out, or name an image, such as oci:DIR:tag.',
  });
}

function resolveText({ files, bytes, method }: ResolveReport, target: string, console: Console): string {
  const amount = console.bold(`${count(files, 'file')}, ${byteSize(bytes)}`);
  return `${amount} placed in ${printable(target)} ${placedBy[method]}\n`;
}
