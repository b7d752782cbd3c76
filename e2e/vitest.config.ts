import { defineConfig, mergeConfig } from 'vitest/config';
import house from '../vitest.shared.ts';

/** One measures how soon something is shown, one builds what all others run. */
const alone = ['src/html-report.test.ts', 'src/nx-on-itself.test.ts'];

/** Real tools, real disks, real processes: each test with time enough. */
const patient = { ...house.test, testTimeout: 300_000, hookTimeout: 300_000 };

export default mergeConfig(
  house,
  defineConfig({
    test: {
      projects: [
        // Most of the time one process works, and this one waits for it.
        { ...house, test: { ...patient, name: 'two at a time', exclude: alone, maxWorkers: 2 } },
        { ...house, test: { ...patient, name: 'alone', include: alone, fileParallelism: false } },
      ],
    },
  }),
);
