import { type Digest, Measure } from './digest.ts';

/** Digests bytes as they come; like Measure, but it may ask to wait. */
export interface StreamDigest {
  /** The chunk may be used again when this is done. */
  add(chunk: Uint8Array): Promise<void>;
  digest(): Promise<Digest>;
  /** To be called in any case. */
  close(): Promise<void>;
}

/** By the thread that calls. */
export function ownThreadDigest(): StreamDigest {
  const measure = new Measure();
  return {
    add: async (chunk) => void measure.add(chunk),
    digest: async () => measure.digest(),
    close: async () => {},
  };
}
