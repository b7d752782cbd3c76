import { defineConfig } from 'vitest/config';

/** Every package's tests run against the sources of the others, so no build is needed first. */
export default defineConfig({
  resolve: { conditions: ['@block-pack/source'] },
  ssr: { resolve: { conditions: ['@block-pack/source', 'node'] } },
  test: { include: ['src/**/*.test.ts'], reporters: ['default'], passWithNoTests: false },
});
