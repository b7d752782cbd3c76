import { findingsExitCode } from '@block-pack/core';
import { type Damage, openStore, type VerifyReport } from '@block-pack/store';
import { byteSize, count } from '../byte-size.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { Console } from '../console.ts';
import { printable } from '../table.ts';
import { verifyPlace } from './verify-image.ts';

/** @param image a place of images; without it, the store is checked */
export async function verify(
  image: string | undefined,
  options: { readonly remove?: boolean },
  context: CommandContext,
): Promise<Outcome> {
  if (image !== undefined) return verifyPlace(image, options, context);
  const store = await openStore(context.storeDirectory);
  const report = await store.verify({
    signal: context.signal,
    remove: options.remove === true,
    onProgress: ({ blobs, totalBlobs, bytes, totalBytes }) =>
      context.progress.show(
        `checking ${blobs} of ${count(totalBlobs, 'blob')}, ${byteSize(bytes)} of ${byteSize(totalBytes)}`,
      ),
  });
  return {
    document: { store: store.directory, ...report },
    text: (console) => verifyText(report, store.directory, console),
    exitCode: report.damages.length === 0 ? 0 : findingsExitCode,
  };
}

function verifyText({ blobs, bytes, damages }: VerifyReport, store: string, console: Console): string {
  const checked = `${count(blobs, 'blob')}, ${byteSize(bytes)}, in ${printable(store)}`;
  if (damages.length === 0) return `${console.bold('all good')}: ${checked}\n`;
  return [
    `${console.bold(`${count(damages.length, 'fault')} found`)}: ${checked}\n`,
    ...damages.map((damage) => `  ${printable(damageText(damage))}\n`),
    ...hints(damages, store),
  ].join('');
}

function damageText(damage: Damage): string {
  switch (damage.kind) {
    case 'content':
      return `${damage.digest} is damaged: its bytes are ${damage.seen}${removed(damage)}${neededBy(damage)}`;
    case 'size':
      return `${damage.digest} has ${damage.size} bytes where ${damage.expected.join(' and ')} are said${neededBy(damage)}`;
    case 'missing':
      return `${damage.digest} is missing${neededBy(damage)}`;
    case 'manifest':
      return `${damage.digest} is a manifest that cannot be followed: ${damage.reason}${neededBy(damage)}`;
    case 'unreadable':
      return `${damage.digest} cannot be read: ${damage.reason}${removed(damage)}${neededBy(damage)}`;
    case 'foreign':
      return `${damage.path} is no blob`;
    case 'index':
      return `the index is damaged, so no tag is known: ${damage.reason}`;
  }
}

function removed(damage: { readonly removed: boolean }): string {
  return damage.removed ? ' (taken away)' : '';
}

function neededBy({ tags }: { readonly tags: readonly string[] }): string {
  return tags.length === 0 ? '; no tag needs it' : `; needed by ${tags.join(', ')}`;
}

function hints(damages: readonly Damage[], store: string): string[] {
  const removable = damages.some(
    (damage) => (damage.kind === 'content' || damage.kind === 'unreadable') && !damage.removed,
  );
  const gone = damages.some((damage) => damage.kind === 'missing' || ('removed' in damage && damage.removed));
  return [
    ...(removable
      ? [`Take damaged blobs away with: block-pack verify --remove --store ${printable(store)}\n`]
      : []),
    ...(gone ? ['Pack the inputs of the tags named above again; that brings the missing blobs back.\n'] : []),
  ];
}
