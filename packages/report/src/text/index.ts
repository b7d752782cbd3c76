export { byteSize, count, percentage } from './byte-size.ts';
export { parseByteSize } from './parse-byte-size.ts';
export type { Column } from './table.ts';
export { printable, table } from './table.ts';
