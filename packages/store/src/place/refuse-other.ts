import { readdirSync } from 'node:fs';
import { BlockPackError } from '@block-pack/core';
import { isDraft } from '../draft.ts';
import type { StoreLayout } from '../layout.ts';
import { hasMarker } from '../open-store.ts';
import { statsAt } from '../target-file.ts';

/** An image layout, or nothing: other things in a directory are somebody's. @throws OUTPUT_REFUSED */
export function refuseOther(layout: StoreLayout): void {
  const { directory } = layout;
  const stats = statsAt(directory, 'write');
  if (stats === undefined || (stats.isDirectory() && hasMarker(layout))) return;
  if (stats.isDirectory() && readdirSync(directory).every(isDraft)) return;
  // Another process may have made the layout since we looked for it.
  if (stats.isDirectory() && hasMarker(layout)) return;
  throw stats.isDirectory() ? ofOthers(layout) : isFile(layout);
}

/** Blobs without a marker are what a copy by another tool leaves that was interrupted, or goes on: it would write an index without what is published here. */
function ofOthers({ directory }: StoreLayout): BlockPackError {
  const begun = readdirSync(directory).every(isOfLayout);
  return new BlockPackError(
    'OUTPUT_REFUSED',
    `${directory} holds ${begun ? 'part of an image layout: it has no oci-layout' : 'something else than an image layout'}`,
    {
      hint: begun
        ? 'A copy by another tool ended there, or goes on: finish it, or remove the directory.'
        : 'Name a new directory, or one that holds an image layout.',
      details: { path: directory },
    },
  );
}

function isFile({ directory }: StoreLayout): BlockPackError {
  return new BlockPackError('OUTPUT_REFUSED', `${directory} is a file, and oci: means a directory`, {
    hint: 'Name a new directory, or one that holds an image layout.',
    details: { path: directory },
  });
}

/** True for what an image layout has at its top. */
export function isOfLayout(name: string): boolean {
  return ['blobs', 'index.json', 'oci-layout'].includes(name);
}
