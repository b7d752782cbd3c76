export { blobStoreContract } from './blob-store-contract.ts';
export type { ClassBytes } from './class-fixture.ts';
export { FakeClass, fakeClassOfAllForms, fakeClassOfCalls, u2, u4 } from './class-fixture.ts';
export { fuzzRuns } from './fuzz-runs.ts';
export type { FakeImport } from './layer-fixture.ts';
export { fakeManifest } from './layer-fixture.ts';
export { fakeFile, fakeInput, packerContract } from './packer-contract.ts';
export type { FakeZipEntry, FakeZipOptions, ZipHeaderLies } from './zip-fixture.ts';
export { fakeJar, fakeZip } from './zip-fixture.ts';
