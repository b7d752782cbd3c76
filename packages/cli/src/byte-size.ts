export { byteSize, count } from '@block-pack/report/text';
