import { type Bytes, bundleInvalid, checkSignal, type Descriptor } from '@block-pack/core';
import type { ApplyOptions } from './apply-bundle.ts';

/** What a bundle makes, up to as many bytes as it says: so a small bundle cannot fill a disk. @throws BUNDLE_INVALID */
export async function* ofSize(
  content: Bytes,
  { digest, size }: Descriptor,
  { name, context }: Pick<ApplyOptions, 'name' | 'context'>,
): Bytes {
  let seen = 0;
  for await (const chunk of content) {
    checkSignal(context.signal);
    seen += chunk.length;
    if (seen > size) throw bundleInvalid(name, `${digest} becomes more than ${size} bytes`);
    yield chunk;
  }
}
