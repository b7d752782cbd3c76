export { blobStoreContract } from './blob-store-contract.ts';
export { fakeFile, fakeInput, packerContract } from './packer-contract.ts';
