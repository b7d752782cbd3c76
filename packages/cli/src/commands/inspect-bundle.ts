import { resolve } from 'node:path';
import {
  BlockPackError,
  type BundleDocument,
  type BundleGroup,
  type Digest,
  mixedBytes,
} from '@block-pack/core';
import { kindByBytes, openFile, partsTarget, statsAt } from '@block-pack/store';
import { type BundleBytes, openBundle, withBundle } from '../bundle/bundle-file.ts';
import { describedGroups, describedLayers, howText } from '../bundle/describe-bundle.ts';
import { readVerifyKeys } from '../bundle/key-files.ts';
import { listed } from '../bundle/made-for.ts';
import { basesOf, broughtBy } from '../bundle/prerequisites.ts';
import { byteSize, count } from '../byte-size.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { Console } from '../console.ts';
import { printable, table } from '../table.ts';

/** Whether a bundle, or parts of one, may lie at a path: what is there is no text, as an import manifest is. */
export async function mayBeBundle(path: string): Promise<boolean> {
  if (partsTarget(path) !== undefined) return true;
  if (statsAt(path, 'read')?.isFile() !== true) return false;
  const { bytes, close } = openFile(path);
  try {
    return (await kindByBytes(bytes)) === 'tar';
  } finally {
    close();
  }
}

/** What a bundle brings and what a site needs for it: every byte of it is read and checked, and nothing is made. */
export async function inspectBundle(
  name: string,
  verifyKey: readonly string[] | undefined,
  context: CommandContext,
): Promise<Outcome> {
  const keys = await readVerifyKeys(verifyKey, context.directory);
  const file = await openBundle(resolve(context.directory, name), printable(name), keys);
  try {
    return await outcomeOf(name, file, context);
  } catch (error) {
    throw orAnImage(error);
  }
}

function outcomeOf(name: string, file: BundleBytes, context: CommandContext): Promise<Outcome> {
  const { size } = file.bytes;
  const signedBy = file.signed?.key.fingerprint ?? null;
  return withBundle(file, printable(name), context, async ({ document, digest }) => {
    const { images, companions = [] } = document;
    const needs = needsOf(document);
    return {
      document: {
        bundle: digest,
        bytes: size,
        signedBy,
        images: images.map(imageDocument),
        companions: companions.map(imageDocument),
        since: document.since ?? [],
        have: document.have ?? [],
        layers: describedLayers(document),
        needs,
        groups: describedGroups(document),
      },
      text: (console) => bundleText({ name, size, signedBy, document, needs }, console),
      exitCode: 0,
    };
  });
}

/** A tar of an image is no bundle either, and is looked at by its place. */
function orAnImage(error: unknown): unknown {
  if (!(error instanceof BlockPackError) || error.code !== 'BUNDLE_INVALID') return error;
  const { code, message, hint = '', details, cause } = error;
  const more = 'If it is an image in a tar, name its place, such as oci-archive:FILE.';
  return new BlockPackError(code, message, { hint: `${hint} ${more}`, details, cause });
}

/** What the bundle does not bring, and a site must have to make all of it. */
interface Needs {
  /** Of older images: import manifests, and documents of images. */
  readonly texts: readonly Digest[];
  readonly blocks: readonly Digest[];
  /** By the digests of their blobs; `tars` by those of what they are unpacked. */
  readonly layers: readonly Digest[];
  readonly tars: readonly Digest[];
}

function needsOf(document: BundleDocument): Needs {
  const { documents, layers, groups } = document;
  const brought = broughtBy(document);
  const needed = (digests: readonly Digest[]) => [...new Set(digests)].filter((one) => !brought.has(one));
  const bases = (holds: BundleGroup['holds']) =>
    groups.filter((group) => group.holds === holds).flatMap((group) => basesOf(group).map(digestOf));
  return {
    texts: needed([...documents, ...bases('texts')]),
    blocks: needed(bases('blocks')),
    layers: layers.filter(({ origin }) => origin === 'present').map(digestOf),
    tars: needed(bases('layers')),
  };
}

function digestOf({ digest }: { readonly digest: Digest }): Digest {
  return digest;
}

function imageDocument({ name, digest, size }: BundleDocument['images'][number]): object {
  return { name: name ?? null, digest, size };
}

interface Shown {
  readonly name: string;
  /** Of the file, or of all parts. */
  readonly size: number;
  readonly signedBy: string | null;
  readonly document: BundleDocument;
  readonly needs: Needs;
}

function bundleText({ name, size, signedBy, document, needs }: Shown, console: Console): string {
  const { images, companions = [], since, have, groups } = document;
  const headline = `${printable(name)}: a bundle of ${count(images.length, 'image')}, ${byteSize(size)}`;
  return [
    `${console.bold(headline)}, whole: all digests are right\n\n`,
    groups.length === 0 ? '' : `${table(groupColumns, groups.map(groupRow))}\n`,
    ...images.map((image) => `image   ${image.digest}${namedText(image)}\n`),
    ...companions.map((one) => `beside  ${one.digest}${namedText(one)}\n`),
    since === undefined ? '' : `since   ${listed(since, 'or')}\n`,
    have === undefined ? '' : `have    ${listed(have, 'and')}\n`,
    `needs   ${needsText(needs)}\n`,
    `signed  ${signedBy ?? 'not asked for (--verify-key)'}\n`,
  ].join('');
}

const groupColumns = [
  { title: 'BYTES', align: 'right' },
  { title: 'MAKE', align: 'right' },
  { title: 'HOW' },
  { title: 'OF' },
] as const;

function groupRow(group: BundleGroup): string[] {
  const { holds, encoding, payload, objects } = group;
  const made = objects.reduce((sum, { size }) => sum + size, 0);
  const bases = basesOf(group).length;
  const what = count(objects.length, holds.slice(0, -1));
  return [
    byteSize(payload),
    byteSize(made),
    howText(encoding, mixedBytes(group) > 0),
    bases === 0 ? what : `${what}, from ${bases} older`,
  ];
}

function namedText({ name }: { readonly name?: string | undefined }): string {
  return name === undefined ? '' : `, name ${printable(name)}`;
}

function needsText({ texts, blocks, layers, tars }: Needs): string {
  const parts = [
    ...(layers.length + tars.length === 0 ? [] : [count(layers.length + tars.length, 'layer')]),
    ...(blocks.length === 0 ? [] : [count(blocks.length, 'block')]),
    ...(texts.length === 0 ? [] : [count(texts.length, 'document')]),
  ];
  return parts.length === 0 ? 'nothing that is not in it' : `${parts.join(', ')} that the site must have`;
}
