export type { ZipArchive, ZipEntry, ZipFlaw, ZipFlawKind } from './zip-archive.ts';
export { checkZip } from './zip-check.ts';
export type { ReadZipEntryOptions } from './zip-content.ts';
export { readZipEntry, zipSlice } from './zip-content.ts';
export { zipDirectory } from './zip-directory.ts';
export { readZip } from './zip-reader.ts';
