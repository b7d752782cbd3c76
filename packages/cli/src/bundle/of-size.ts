import { type Bytes, bundleInvalid, checkSignal, type Descriptor } from '@block-pack/core';
import type { ApplyOptions } from './apply-bundle.ts';

interface SizeOptions extends Pick<ApplyOptions, 'name' | 'context'> {
  /** Called with those of each chunk. */
  onBytes?(bytes: number): void;
}

/** What a bundle makes, up to as many bytes as it says: so a small bundle cannot fill a disk. @throws BUNDLE_INVALID */
export async function* ofSize(
  content: Bytes,
  { digest, size }: Descriptor,
  { name, context, onBytes }: SizeOptions,
): Bytes {
  let seen = 0;
  for await (const chunk of content) {
    checkSignal(context.signal);
    seen += chunk.length;
    if (seen > size) throw bundleInvalid(name, `${digest} becomes more than ${size} bytes`);
    onBytes?.(chunk.length);
    yield chunk;
  }
}
