import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { defineConfig, mergeConfig } from 'vitest/config';
import type { Reporter, TestModule } from 'vitest/node';

/** Every package's tests run against the sources of the others, so no build is needed first. */
const shared = defineConfig({
  resolve: { conditions: ['@block-pack/source'] },
  ssr: { resolve: { conditions: ['@block-pack/source', 'node'] } },
  test: {
    include: ['src/**/*.test.ts'],
    reporters: ['default', countingReporter()],
    passWithNoTests: false,
    // A hung test ends; a busy machine ends none.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

export default shared;

/**
 * For packages whose tests leave nothing behind that another could see, in the process or on the disk: their files share what they have loaded, which takes up to
 * half of the time.
 */
export const tidy = mergeConfig(shared, { test: { isolate: false } });

/**
 * In CI a skipped test is a failure, because nobody looks at the number of skipped ones there. Where BLOCK_PACK_TEST_COUNTS names a
 * directory, the counts are left there as `<folder of the tests>.json` for .ci/run to add up.
 */
function countingReporter(): Reporter {
  return {
    onTestRunEnd(modules, errors) {
      const counts = { passed: count(modules, 'passed'), failed: failures(modules) + errors.length };
      const skipped = process.env.CI ? count(modules, 'skipped') : 0;
      if (skipped > 0) {
        process.stderr.write(`${skipped} tests were skipped; in CI every test runs.\n`);
        process.exitCode = 1;
      }
      leaveCounts({ ...counts, failed: counts.failed + skipped });
    },
  };
}

function count(modules: readonly TestModule[], state: 'passed' | 'failed' | 'skipped'): number {
  return modules.reduce((sum, module) => sum + [...module.children.allTests(state)].length, 0);
}

/** A file that cannot be loaded holds no test that could fail, and counts as one. */
function failures(modules: readonly TestModule[]): number {
  const broken = modules.filter((module) => !module.ok() && count([module], 'failed') === 0);
  return count(modules, 'failed') + broken.length;
}

function leaveCounts(counts: { readonly passed: number; readonly failed: number }): void {
  const directory = process.env.BLOCK_PACK_TEST_COUNTS;
  if (!directory) return;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${basename(process.cwd())}.json`), JSON.stringify(counts));
}
