import { BlockPackError } from '@block-pack/core';
import type { HeldLease, Store } from '@block-pack/store';

/** A store that cannot be written, such as a mounted stick, is collected by nobody, so its blobs need no protection. */
export async function leaseWherePossible(store: Store): Promise<HeldLease | undefined> {
  try {
    return await store.lease();
  } catch (error) {
    if (error instanceof BlockPackError && error.code === 'STORE_UNUSABLE') return undefined;
    throw error;
  }
}
