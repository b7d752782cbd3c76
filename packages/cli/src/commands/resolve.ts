import { resolve as resolvePath } from 'node:path';
import { BlockPackError } from '@block-pack/core';
import {
  type HeldLease,
  openStore,
  type PlaceMethod,
  type ResolveReport,
  resolveImports,
  type Store,
} from '@block-pack/store';
import { byteSize, count } from '../byte-size.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { Console } from '../console.ts';
import { parsePrefix } from '../prefix.ts';
import { readManifest } from '../read-manifest.ts';
import { printable } from '../table.ts';

export interface ResolveCommandOptions {
  readonly strip?: string;
  readonly method: string;
}

export const placingMethods: readonly PlaceMethod[] = ['auto', 'reflink', 'hardlink', 'copy'];

export async function resolve(
  name: string,
  target: string,
  options: ResolveCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  const method = placingMethods.find((one) => one === options.method);
  if (method === undefined) {
    throw new BlockPackError('USAGE', `--method ${options.method} is not known`, {
      hint: `Choose one of ${placingMethods.join(', ')}.`,
    });
  }
  const strip = parsePrefix(options.strip, '--strip');
  const store = await openStore(context.storeDirectory);
  const lease = await leaseWherePossible(store);
  try {
    const { manifest } = await readManifest(name, context.directory, store);
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

/** A store that cannot be written, such as a mounted stick, is collected by nobody, so its blobs need no protection. */
async function leaseWherePossible(store: Store): Promise<HeldLease | undefined> {
  try {
    return await store.lease();
  } catch (error) {
    if (error instanceof BlockPackError && error.code === 'STORE_UNUSABLE') return undefined;
    throw error;
  }
}

function resolveText({ files, bytes, method }: ResolveReport, target: string, console: Console): string {
  const amount = console.bold(`${count(files, 'file')}, ${byteSize(bytes)}`);
  return `${amount} placed in ${printable(target)} ${ways[method]}\n`;
}

const ways: Readonly<Record<ResolveReport['method'], string>> = {
  reflink: 'as clones of the blocks',
  hardlink: 'as hard links to the blocks: editing them would damage the store',
  copy: 'as copies',
};
