export type { ZipArchive, ZipEntries, ZipEntry, ZipFlaw, ZipFlawKind } from './zip-archive.ts';
export { checkZip } from './zip-check.ts';
export type { ReadZipEntryOptions } from './zip-content.ts';
export { readZipEntry, zipSlice } from './zip-content.ts';
export { zipDirectory } from './zip-directory.ts';
export { readZip, readZipBelow } from './zip-reader.ts';
