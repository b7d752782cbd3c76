import { BlockPackError } from '@block-pack/core';
import type { Place } from '@block-pack/store';
import { ScratchBlobs } from '@block-pack/store';
import type { CommandContext } from '../command.ts';
import { applyBundle } from './apply-bundle.ts';
import { type BundleBytes, withBundle } from './bundle-file.ts';
import type { Held } from './held.ts';
import type { Wanted } from './make-bundle.ts';
import { publishBundle } from './publish-bundle.ts';

/** Does what a site will do, once for each that there may be, and throws the result away. */
export async function proveBundle(
  file: BundleBytes,
  wanted: readonly Wanted[],
  sites: readonly Held[],
  scratchDirectory: string,
  { signal, progress: outer }: Pick<CommandContext, 'signal' | 'progress'>,
): Promise<void> {
  const progress = { ...outer, show: (text: string) => outer.show(`trying the bundle: ${text}`) };
  const context = { signal, progress };
  await withBundle(file, 'the bundle', context, async (bundle) => {
    for (const held of sites) {
      const scratch = new ScratchBlobs(scratchDirectory);
      try {
        const applied = await applyBundle(bundle, { name: 'The bundle', held, scratch, context });
        const site: Place = { kind: 'oci', text: 'a scratch place', path: `${scratch.directory}/site` };
        const { images } = await publishBundle(applied, site, context);
        const made = images.map(({ root }) => root.digest);
        const lacking = wanted.find(({ root }) => !made.includes(root.digest));
        if (lacking !== undefined) throw new Error(`the bundle does not make ${lacking.root.digest}`);
      } catch (error) {
        throw isOurs(error)
          ? new Error(`the bundle cannot be applied: ${error.message}`, { cause: error })
          : error;
      } finally {
        scratch.remove();
      }
    }
  });
}

/** A bundle that we made and cannot read is a fault of ours; a full disk and an interruption are not. */
function isOurs(error: unknown): error is BlockPackError {
  return (
    error instanceof BlockPackError &&
    ['BUNDLE_INVALID', 'DELTA_INVALID', 'BLOB_MISSING', 'MANIFEST_INVALID'].includes(error.code)
  );
}
