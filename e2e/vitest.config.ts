import { mergeConfig } from 'vitest/config';
import house from '../vitest.shared.ts';

/** Real tools, real disks, real processes: one test file after the other, each with time enough. */
export default mergeConfig(house, {
  test: { fileParallelism: false, testTimeout: 300_000, hookTimeout: 300_000 },
});
