import { checkSignal, Measure } from '@block-pack/core';
import type { BundleBlob } from './bundle-file.ts';
import type { BundleSources } from './make-bundle.ts';
import type { PackedGroup } from './pack-groups.ts';

/** What the groups have, one behind the other; undefined without groups. */
export async function bundlePayload(
  groups: readonly PackedGroup[],
  { scratch, context }: Pick<BundleSources, 'scratch' | 'context'>,
): Promise<BundleBlob | undefined> {
  if (groups.length === 0) return undefined;
  const read = async function* () {
    for (const { payload } of groups) yield* scratch.read(payload);
  };
  const measure = new Measure();
  for await (const chunk of read()) {
    checkSignal(context.signal);
    measure.add(chunk);
  }
  return { digest: measure.digest(), size: measure.size, read };
}
