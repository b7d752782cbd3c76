import { MemoryBlobStore } from './memory-blob-store.ts';
import { blobStoreContract } from './testing/index.ts';

blobStoreContract('the memory store', async () => new MemoryBlobStore());
