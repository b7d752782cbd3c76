import { BlockPackError } from '@block-pack/core';
import { openStore, type Store } from '@block-pack/store';

/** For commands that can do without a store. */
export async function storeIfThere(directory: string): Promise<Store | undefined> {
  try {
    return await openStore(directory);
  } catch (error) {
    if (error instanceof BlockPackError && error.code === 'STORE_UNUSABLE') return undefined;
    throw error;
  }
}
