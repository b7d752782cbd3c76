export { type Column, printable, table } from '@block-pack/report/text';
