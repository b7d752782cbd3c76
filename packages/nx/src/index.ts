export type { NxOptions } from './create-nodes.ts';
export { createNodes } from './create-nodes.ts';
export type { NxTarget } from './targets.ts';
