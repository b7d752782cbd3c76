export { tidy as default } from '../../vitest.shared.ts';
