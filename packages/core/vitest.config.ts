export { pure as default } from '../../vitest.shared.ts';
