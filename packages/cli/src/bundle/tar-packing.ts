import { BlockPackError, type ContentDescriptor, layerCompression } from '@block-pack/core';

/** How a layer's tar is packed; undefined for what is no tar, and for zstd, which not every Node can unpack. */
export function tarPacking({ mediaType, digest }: ContentDescriptor): 'none' | 'gzip' | undefined {
  try {
    const compression = layerCompression(mediaType, digest);
    return compression === 'zstd' ? undefined : compression;
  } catch (error) {
    if (error instanceof BlockPackError) return undefined;
    throw error;
  }
}
